/* Errors: the last parameter of every function that can fail.
 *
 * A function returns 0 or one of the negative codes below; output parameters are written on success only. The
 * error struct lives on the caller's stack, starts as ACR_ERROR_INIT and is cleared with acr_error_clear(). Only
 * acr_fail() makes an error, so a code without a message cannot exist. A NULL error is allowed everywhere. */
#ifndef ACR_ERROR_H
#define ACR_ERROR_H

#include <stdbool.h>
#include "mem.h"

enum acr_code {
	ACR_OK = 0,
	ACR_ERROR_GENERAL = -1,     /* anything without a code of its own */
	ACR_ERROR_USAGE = -2,       /* the command line is wrong */
	ACR_ERROR_NOT_FOUND = -3,   /* management answered 404 */
	ACR_ERROR_SERVICE = -4,     /* a service answered with an error */
	ACR_ERROR_NETWORK = -5,     /* no connection, no name, connection lost, too slow */
	ACR_ERROR_TLS = -6,         /* the server's certificate was refused */
	ACR_ERROR_AUTH = -7,        /* a credential was refused */
	ACR_ERROR_SIGN_IN = -8,     /* there is no credential to use */
	ACR_ERROR_FILE = -9,        /* a local file or folder */
	ACR_ERROR_FORMAT = -10,     /* data that is not what it should be (JSON, INI, base64, …) */
	ACR_ERROR_LIMIT = -11,      /* larger than a cap */
	ACR_ERROR_INTERRUPTED = -12, /* a signal asked to stop */
	ACR_ERROR_TIMEOUT = -13,    /* the caller's time limit passed */
	ACR_ERROR_RUN = -14,        /* a build or run that did not succeed */
	ACR_ERROR_QUERY = -15,      /* a JMESPath expression, while it was evaluated */
	ACR_ERROR_CANCELLED = -16,  /* a question was answered with no, or could not be asked */
	ACR_ERROR_RUN_TIMEOUT = -17,  /* a build or run that took too long */
	ACR_ERROR_RUN_CANCELED = -18, /* a build or run that somebody canceled */
};

struct acr_error {
	int code;           /* enum acr_code */
	long http_status;   /* 0 when no answer is behind the error */
	char *service_code; /* "ResourceNotFound", "UNAUTHORIZED", …; NULL when none */
	char *message;      /* one sentence, no line end; NULL only while code is 0 */
	char *request_id;   /* x-ms-correlation-request-id or x-ms-request-id of the answer; may be NULL */
	char *resource;     /* what the request was for, where the message does not say it: "task 'x'"; may be NULL */
};

#define ACR_ERROR_INIT \
	{ \
		0 \
	}

/* Set the error (dropping an earlier one) and return `code`. */
int acr_fail(struct acr_error *error, int code, const char *format, ...) ACR_PRINTF(3, 4);
/* acr_fail() with ": strerror(saved_errno)" behind the text and ACR_ERROR_FILE as the code. */
int acr_fail_errno(struct acr_error *error, int saved_errno, const char *format, ...) ACR_PRINTF(3, 4);
/* Put context in front of the message ("cannot create webhook 'x'" → "cannot create webhook 'x': …"); returns the
 * error's code. */
int acr_error_prefix(struct acr_error *error, const char *format, ...) ACR_PRINTF(2, 3);
/* Whether the same request may well succeed a little later: no connection, too slow, 408, 429 or 5xx. */
bool acr_error_is_momentary(const struct acr_error *error);
/* Move an error: `to` takes what `from` holds, `from` becomes empty. Returns the code. */
int acr_error_move(struct acr_error *to, struct acr_error *from);
/* Free what it holds; it then says that nothing failed. */
void acr_error_clear(struct acr_error *error);

#endif
