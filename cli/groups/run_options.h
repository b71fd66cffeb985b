/* Options of the commands that build, run, and keep tasks. */
#ifndef GROUPS_RUN_OPTIONS_H
#define GROUPS_RUN_OPTIONS_H

#include "options.h"

extern const struct option run_agent_pool, run_timeout, run_no_format, run_no_logs, run_no_wait,
	run_queue_timeout, run_platform,
	run_target, run_auth_mode, run_log_template, run_values, run_set, run_set_secret;

#endif
