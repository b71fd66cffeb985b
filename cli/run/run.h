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
CHECK(registry_create_check);
RUNNER(registry_create);
PREPARE(registry_create_prepare);
/* Without --location a resource goes where its resource group is. */
PREPARE(group_location_prepare);
/* token.c */
RUNNER(token_create);
PREPARE(token_create_prepare);
CHECK(token_expiration_check);
PREPARE(token_credential_generate_prepare);
/* identity.c */
PREPARE(encryption_rotate_prepare);
/* network.c */
RUNNER(registry_endpoints);
/* login.c */
RUNNER(registry_login);
/* cloud.c */
RUNNER(cloud_list);
RUNNER(cloud_show);
RUNNER(cloud_set);
RUNNER(cloud_register);
RUNNER(cloud_update);
RUNNER(cloud_unregister);
/* helper_install.c */
RUNNER(helper_install);
RUNNER(helper_uninstall);
/* repository.c */
RUNNER(repository_delete);
/* manifest.c */
RUNNER(manifest_list);
RUNNER(manifest_list_referrers);
/* deleted.c */
RUNNER(manifest_list_deleted);
RUNNER(manifest_restore);
/* build.c, run.c */
RUNNER(build_run);
RUNNER(run_run);
/* task.c */
RUNNER(task_logs);
/* task_step.c, task_create.c, task_update.c */
CHECK(task_check);
CHECK(task_create_check);
PREPARE(task_create_prepare);
PREPARE(task_update_prepare);
/* task_run.c */
RUNNER(task_run);
RUNNER(taskrun_logs);
/* task_timer.c */
PREPARE(task_timer_remove_prepare);
/* connected.c, connected_create.c, connected_delete.c, connected_rights.c */
RUNNER(connected_list);
RUNNER(connected_list_client_tokens);
RUNNER(connected_settings);
RUNNER(connected_renew);
CHECK(connected_create_check);
PREPARE(connected_create_prepare);
PREPARE(connected_update_prepare);
RUNNER(connected_delete);
RUNNER(connected_permissions_show);
RUNNER(connected_permissions_update);
/* import.c */
CHECK(import_check);
PREPARE(import_prepare);
/* account.c */
RUNNER(account_show);
RUNNER(account_list);
RUNNER(account_set);
RUNNER(account_logout);
RUNNER(account_clear);
/* account_login.c */
RUNNER(account_login);
/* account_token.c */
RUNNER(account_token);
/* sign_in_status.c */
RUNNER(sign_in_status);
/* streaming.c */
RUNNER(streaming_create);
RUNNER(streaming_operation);
RUNNER(streaming_cancel);
/* helm.c, helm_install.c */
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
RUNNER(group_exists);
/* pack.c */
RUNNER(pack_build);
/* rest.c */
RUNNER(rest_run);
/* tools.c */
PREPARE(group_list_prepare);
RUNNER(version_run);
RUNNER(query_run);

#endif
