/* A task in memory: its steps and volumes. */
#include "agent.h"

#include <stdlib.h>
#include <string.h>

struct step *task_add(struct task *task)
{
	task->steps = acr_realloc_array(task->steps, task->count + 1, sizeof(*task->steps));
	struct step *step = &task->steps[task->count++];
	*step = (struct step){0};
	return step;
}

struct step *task_find(const struct task *task, const char *id)
{
	for (size_t i = 0; i < task->count; i++)
		if (task->steps[i].id && !strcmp(task->steps[i].id, id))
			return &task->steps[i];
	return NULL;
}

void task_clear(struct task *task)
{
	for (size_t i = 0; i < task->count; i++) {
		struct step *step = &task->steps[i];
		words_clear(&step->arguments);
		words_clear(&step->environment);
		words_clear(&step->secrets);
		words_clear(&step->after);
		words_clear(&step->mounts);
		words_clear(&step->retry_on_errors);
		free(step->id);
		free(step->folder);
		free(step->entry_point);
		free(step->user);
	}
	free(task->steps);
	free(task->folder);
	acr_json_free(task->volumes);
	*task = (struct task){0};
}
