/* Policies that ask a service outside before something is changed. */
#ifndef EMULATOR_ARM_POLICY_H
#define EMULATOR_ARM_POLICY_H

#include "emulator.h"

extern const struct arm_route policy_routes[]; /* ended by an empty row */
/* False, and answered, when a write lacks the policy token that it needs, or has one for something else. */
bool policy_check(struct arm_request *request);

#endif
