/* Private to webhook_*.c:
 *
 *   webhook_scope.c     which webhooks a notification goes to
 *   webhook_delivery.c  requests to webhooks, sent by threads of their own
 *   webhook_history.c   what was sent and answered */
#ifndef WEBHOOK_H
#define WEBHOOK_H

#include "emulator.h"

/* Keep an event (taken): {"eventRequestMessage","eventResponseMessage","id"}. `created` tells apart webhooks that
 * had the same id. */
void history_record(const char *webhook, const char *created, struct acr_json *event);

#endif
