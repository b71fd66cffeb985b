/* The runners and hooks that rows name: what a row cannot express. */
#ifndef RUN_RUN_H
#define RUN_RUN_H

#include <acr/json.h>

struct acr_params;
struct context;

#define RUNNER(name) int name(struct context *context, struct acr_json **ret, struct acr_error *error)
#define CHECK(name) int name(struct context *context, struct acr_error *error)
#define PREPARE(name) int name(struct context *context, struct acr_params *params, struct acr_error *error)

/* registry.c */
CHECK(check_name_scope);
CHECK(registry_create_check);
RUNNER(registry_create);
PREPARE(registry_create_prepare);
PREPARE(registry_update_prepare);
RUNNER(registry_list);
RUNNER(registry_delete);
RUNNER(credential_run);
/* replication.c */
PREPARE(replication_create_prepare);
/* child.c */
PREPARE(registry_location_prepare);
/* Without --location a resource goes where its resource group is. */
PREPARE(group_location_prepare);
RUNNER(run_unless_declined);
RUNNER(agentpool_show);
CHECK(cache_update_check);
PREPARE(cache_prepare);
CHECK(credential_set_update_check);
/* scope_map.c, token.c */
PREPARE(scope_map_create_prepare);
CHECK(scope_map_update_check);
PREPARE(scope_map_update_prepare);
RUNNER(token_create);
CHECK(token_create_check);
PREPARE(token_create_prepare);
CHECK(token_expiration_check);
PREPARE(token_credential_generate_prepare);
CHECK(token_credential_delete_check);
PREPARE(token_credential_delete_prepare);
/* identity.c */
PREPARE(identity_assign_prepare);
PREPARE(identity_remove_prepare);
PREPARE(encryption_rotate_prepare);
/* network.c, policy.c */
CHECK(network_rule_check);
PREPARE(network_rule_add_prepare);
PREPARE(network_rule_remove_prepare);
RUNNER(registry_endpoints);
PREPARE(soft_delete_prepare);
/* login.c */
RUNNER(registry_login);
/* repository.c */
RUNNER(repository_show_tags);
RUNNER(repository_show_manifests);
RUNNER(repository_show);
RUNNER(repository_update);
RUNNER(repository_delete);
RUNNER(repository_untag);
/* manifest.c */
PREPARE(manifest_list_prepare);
RUNNER(manifest_list);
RUNNER(manifest_show);
RUNNER(manifest_show_metadata);
RUNNER(manifest_update_metadata);
RUNNER(manifest_delete);
RUNNER(manifest_list_referrers);
/* deleted.c */
RUNNER(manifest_list_deleted);
RUNNER(manifest_list_deleted_tags);
RUNNER(manifest_restore);
/* build.c, run.c */
RUNNER(build_run);
RUNNER(run_run);
/* task.c */
PREPARE(task_list_runs_prepare);
RUNNER(task_logs);
/* task_step.c, task_create.c, task_update.c */
CHECK(task_check);
CHECK(task_create_check);
PREPARE(task_create_prepare);
PREPARE(task_update_prepare);
/* task_run.c */
RUNNER(task_show);
RUNNER(task_run);
RUNNER(taskrun_logs);
/* task_identity.c, task_parts.c */
CHECK(task_identity_assign_check);
PREPARE(task_identity_assign_prepare);
CHECK(task_identity_remove_check);
PREPARE(task_identity_remove_prepare);
CHECK(task_credential_check);
PREPARE(task_credential_add_prepare);
PREPARE(task_credential_update_prepare);
PREPARE(task_credential_remove_prepare);
PREPARE(task_timer_remove_prepare);
/* connected.c, connected_create.c, connected_delete.c, connected_rights.c */
RUNNER(connected_list);
RUNNER(connected_list_client_tokens);
RUNNER(connected_settings);
RUNNER(connected_renew);
CHECK(connected_create_check);
PREPARE(connected_create_prepare);
CHECK(connected_update_check);
PREPARE(connected_update_prepare);
RUNNER(connected_delete);
RUNNER(connected_permissions_show);
CHECK(connected_permissions_check);
RUNNER(connected_permissions_update);
/* import.c */
CHECK(import_check);
PREPARE(import_prepare);
/* account.c */
RUNNER(account_show);
RUNNER(account_list);
RUNNER(account_set);
/* streaming.c */
RUNNER(streaming_create);
RUNNER(streaming_operation);
RUNNER(streaming_cancel);
/* helm.c, helm_install.c */
RUNNER(helm_show);
RUNNER(helm_delete);
RUNNER(helm_push);
RUNNER(helm_repo_add);
RUNNER(helm_install);
/* health.c */
RUNNER(check_health);
/* role.c */
RUNNER(role_create);
RUNNER(role_list);
RUNNER(role_delete);
/* principal.c */
RUNNER(principal_create);
/* container.c */
CHECK(container_check);
PREPARE(container_prepare);
RUNNER(container_list);
/* resource.c */
RUNNER(resource_list);
/* pack.c */
RUNNER(pack_build);
/* rest.c */
RUNNER(rest_run);
/* tools.c */
PREPARE(group_list_prepare);
RUNNER(version_run);
RUNNER(query_run);

#endif
