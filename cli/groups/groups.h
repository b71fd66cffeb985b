/* The groups of commands, one table a noun. */
#ifndef GROUPS_GROUPS_H
#define GROUPS_GROUPS_H

#include "spec.h"

extern const struct group account_group, auth_group, sign_in_group, build_group, connected_group, connected_install_group, connected_parts_group,
	connected_permissions_group, credential_group, credential_helper_group, cloud_group, group_group, import_group, login_group, manifest_group,
	registry_group, rest_group, streaming_group, pack_group, helm_group, health_group, role_group,
	role_parent_group, ad_parent_group, streaming_operation_group, helm_repo_group, ad_group, container_group,
	resource_group, replication_group, repository_group, task_group, task_credential_group, task_identity_group,
	task_run_group, task_timer_group, taskrun_group, tools_group, version_group;
extern const struct group webhook_group, scope_map_group, token_group, token_credential_group, cache_group,
	credential_set_group, config_group, config_arm_group, config_trust_group, config_retention_group,
	config_deletion_group, identity_group, encryption_group, network_rule_group, private_endpoint_group,
	private_link_group, agentpool_group;

#endif
