/* The operations. Rows live in lib/src/ops/<noun>.c; `path` members that a row needs stand in its template. */
#ifndef ACR_OPS_H
#define ACR_OPS_H

#include "op.h"

/* Api versions, one for each group of resource types. */
#define ACR_API_REGISTRY "2026-09-01-preview"
#define ACR_API_TASKS "2025-03-01-preview"
#define ACR_API_RESOURCES "2024-11-01"
#define ACR_API_SUBSCRIPTIONS "2022-12-01"
#define ACR_API_NETWORK "2022-01-01"
#define ACR_API_AUTHORIZATION "2022-04-01"
#define ACR_API_CONTAINERS "2023-05-01"

/* registry.c */
extern const struct acr_op acr_op_registry_check_name, acr_op_registry_create, acr_op_registry_show,
	acr_op_registry_update, acr_op_registry_replace, acr_op_registry_delete, acr_op_registry_list,
	acr_op_registry_list_group, acr_op_registry_usages, acr_op_registry_credentials, acr_op_registry_credential_renew,
	acr_op_registry_import, acr_op_diagnostic_settings_create, acr_op_identity_list, acr_op_identity_show;
/* replication.c */
extern const struct acr_op acr_op_replication_create, acr_op_replication_show, acr_op_replication_update,
	acr_op_replication_delete, acr_op_replication_list;
/* run.c */
extern const struct acr_op acr_op_source_upload, acr_op_run_schedule, acr_op_run_show, acr_op_run_list,
	acr_op_run_update, acr_op_run_cancel, acr_op_run_log;
/* task.c */
extern const struct acr_op acr_op_task_create, acr_op_task_show, acr_op_task_details, acr_op_task_list,
	acr_op_task_update, acr_op_task_delete, acr_op_taskrun_show, acr_op_taskrun_list, acr_op_taskrun_delete;
/* connected.c */
extern const struct acr_op acr_op_connected_create, acr_op_connected_show, acr_op_connected_list,
	acr_op_connected_update, acr_op_connected_delete, acr_op_connected_deactivate, acr_op_connected_resync;
/* webhook.c */
extern const struct acr_op acr_op_webhook_create, acr_op_webhook_show, acr_op_webhook_update, acr_op_webhook_delete,
	acr_op_webhook_list, acr_op_webhook_config, acr_op_webhook_events, acr_op_webhook_ping;
/* scope_map.c, token.c */
extern const struct acr_op acr_op_scope_map_create, acr_op_scope_map_show, acr_op_scope_map_update,
	acr_op_scope_map_delete, acr_op_scope_map_list;
extern const struct acr_op acr_op_token_create, acr_op_token_show, acr_op_token_update, acr_op_token_delete,
	acr_op_token_list, acr_op_token_credentials;
/* cache.c, credential_set.c */
extern const struct acr_op acr_op_cache_create, acr_op_cache_show, acr_op_cache_update, acr_op_cache_delete,
	acr_op_cache_list;
extern const struct acr_op acr_op_credential_set_create, acr_op_credential_set_show, acr_op_credential_set_update,
	acr_op_credential_set_delete, acr_op_credential_set_list;
/* private_endpoint.c */
extern const struct acr_op acr_op_private_endpoint_create, acr_op_private_endpoint_show, acr_op_private_endpoint_delete,
	acr_op_private_endpoint_list, acr_op_private_link_list;
/* agentpool.c */
extern const struct acr_op acr_op_agentpool_create, acr_op_agentpool_show, acr_op_agentpool_update,
	acr_op_agentpool_delete, acr_op_agentpool_list, acr_op_agentpool_queue;
/* repository.c: {loginServer} plus {repository}, {tag}, {digest} */
extern const struct acr_op acr_op_catalog, acr_op_repository_show, acr_op_repository_update, acr_op_repository_delete,
	acr_op_tag_list, acr_op_tag_show, acr_op_tag_update, acr_op_tag_delete, acr_op_tag_names;
/* manifest.c */
extern const struct acr_op acr_op_manifest_list, acr_op_manifest_show_metadata, acr_op_manifest_update_metadata,
	acr_op_manifest_delete, acr_op_manifest_get, acr_op_manifest_list_all, acr_op_manifest_get_all,
	acr_op_manifest_remove, acr_op_referrer_list, acr_op_deleted_repository_list, acr_op_deleted_manifest_list,
	acr_op_deleted_tag_list, acr_op_deleted_tag_choose, acr_op_manifest_restore;
/* streaming.c: {repository}, {digest}, {operation} */
extern const struct acr_op acr_op_streaming_show, acr_op_streaming_update, acr_op_streaming_results,
	acr_op_streaming_state, acr_op_streaming_create, acr_op_streaming_operation, acr_op_streaming_cancel;
/* helm.c: {chart}, {version} */
extern const struct acr_op acr_op_helm_list, acr_op_helm_show, acr_op_helm_show_version, acr_op_helm_delete,
	acr_op_helm_delete_package, acr_op_helm_delete_provenance;
/* authorization.c: {scope}, {assignment} */
extern const struct acr_op acr_op_role_definition_list, acr_op_role_assignment_list, acr_op_role_assignment_create,
	acr_op_role_assignment_delete;
/* container.c */
extern const struct acr_op acr_op_container_create, acr_op_container_show, acr_op_container_delete, acr_op_container_list,
	acr_op_container_list_group;
/* network.c: {id} of a private endpoint or network interface */
extern const struct acr_op acr_op_network_show;
/* resources.c */
extern const struct acr_op acr_op_resource_list, acr_op_group_create, acr_op_group_show, acr_op_group_list,
	acr_op_resource_list_group, acr_op_group_update, acr_op_group_delete, acr_op_subscription_list, acr_op_location_list;

#endif
