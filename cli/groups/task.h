/* What the rows of the task commands share. */
#ifndef GROUPS_TASK_H
#define GROUPS_TASK_H

#include "options.h"
#include "shapes.h"

#define MODEL_ARGUMENTS "arguments[isSecret name value]"
#define MODEL_VALUES "values[isSecret name value]"
#define MODEL_PLATFORM "platform{architecture os variant}"
#define MODEL_CUSTOM_REGISTRY "*{identity password{type value} userName{type value}}"
#define MODEL_RUN_CREDENTIALS                                                                                          \
	"credentials{customRegistries" MODEL_CUSTOM_REGISTRY " sourceRegistry{identity loginMode}}"
#define MODEL_STEP_SOURCE                                                                                              \
	"baseImageDependencies[digest registry repository tag type] contextAccessToken contextPath type"
#define MODEL_STEP                                                                                                     \
	"step?{"                                                                                                       \
	"Docker{" MODEL_STEP_SOURCE " " MODEL_ARGUMENTS " dockerFilePath imageNames isPushEnabled noCache target} "    \
	"EncodedTask{" MODEL_STEP_SOURCE " encodedTaskContent encodedValuesContent " MODEL_VALUES "} "                 \
	"FileTask{" MODEL_STEP_SOURCE " taskFilePath " MODEL_VALUES " valuesFilePath}}"
#define MODEL_TIMER "name schedule status"
#define MODEL_TRIGGER                                                                                                  \
	"trigger{baseImageTrigger{baseImageTriggerType name status updateTriggerEndpoint updateTriggerPayloadType} "   \
	"sourceTriggers[name sourceRepository{branch repositoryUrl sourceControlAuthProperties{expiresIn "             \
	"refreshToken "                                                                                                \
	"scope token tokenType} sourceControlType} sourceTriggerEvents status] timerTriggers[" MODEL_TIMER "]}"
#define MODEL_TASK                                                                                                     \
	"id name type location tags " MODEL_IDENTITY " " MODEL_SYSTEM_DATA " properties(agentConfiguration{cpu} "      \
	"agentPoolName creationDate:time " MODEL_RUN_CREDENTIALS " isSystemTask logTemplate " MODEL_PLATFORM           \
	" provisioningState status " MODEL_STEP " timeout " MODEL_TRIGGER ")"

extern const struct option task_name; /* --name -n of the task that the command is about */
extern const struct column task_columns[];

#endif
