/* The list of all groups. */
#include "groups.h"

#include "table.h"

const struct group *const command_groups[] = {
	&registry_group,   &build_group,      &login_group, &credential_group, &manifest_group, &replication_group,
	&repository_group, &task_group,       &tools_group, &account_group,    &group_group,    &version_group,
	&rest_group,
	&import_group, &task_run_group, &task_identity_group, &task_credential_group, &task_timer_group, &taskrun_group,
	NULL,
};
