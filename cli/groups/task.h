/* What the rows of the task commands share. */
#ifndef GROUPS_TASK_H
#define GROUPS_TASK_H

#include "options.h"
#include "shapes.h"

#define MODEL_ARGUMENTS "arguments[name value isSecret]"
#define MODEL_VALUES "values[name value isSecret]"
#define MODEL_PLATFORM "platform{os architecture variant}"
#define MODEL_CUSTOM_REGISTRY "*{userName{value type} password{value type} identity}"
#define MODEL_RUN_CREDENTIALS \
	"credentials{sourceRegistry{loginMode identity} customRegistries" MODEL_CUSTOM_REGISTRY "}"
#define MODEL_STEP_SOURCE \
	"type baseImageDependencies[type registry repository tag digest] contextPath contextAccessToken"
#define MODEL_STEP \
	"step?{" \
	"Docker{" MODEL_STEP_SOURCE " imageNames isPushEnabled noCache dockerFilePath target " MODEL_ARGUMENTS "} " \
	"EncodedTask{" MODEL_STEP_SOURCE " encodedTaskContent encodedValuesContent " MODEL_VALUES "} " \
	"FileTask{" MODEL_STEP_SOURCE " taskFilePath valuesFilePath " MODEL_VALUES "}}"
#define MODEL_TIMER "schedule status name"
#define MODEL_TRIGGER \
	"trigger{timerTriggers[" MODEL_TIMER "] sourceTriggers[sourceRepository{sourceControlType repositoryUrl branch " \
	"sourceControlAuthProperties{tokenType token refreshToken scope expiresIn}} sourceTriggerEvents status name] " \
	"baseImageTrigger{baseImageTriggerType updateTriggerEndpoint updateTriggerPayloadType status name}}"
#define MODEL_TASK \
	"id name type location tags " MODEL_SYSTEM_DATA " " MODEL_IDENTITY " properties(provisioningState " \
	"creationDate:time status " MODEL_PLATFORM " agentConfiguration{cpu} agentPoolName timeout " MODEL_STEP " " \
	MODEL_TRIGGER " " MODEL_RUN_CREDENTIALS " logTemplate isSystemTask)"

extern const struct option task_name; /* --name -n of the task that the command is about */
extern const struct column task_columns[];

#endif
