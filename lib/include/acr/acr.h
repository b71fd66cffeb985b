/* libacr: a client library for Azure Container Registry.
 *
 * What holds everywhere:
 * - `const char *` is borrowed, for the call unless a comment says for longer; `char *` belongs to whoever holds it.
 *   What a function hands over is free()d, or freed by the function that its type has.
 * - x_new() makes what x_free() frees; NULL is allowed there. x_clear() frees what a struct holds and leaves it empty
 *   and usable; a zeroed struct is empty. ACR_AUTO and ACR_AUTO_PTR (mem.h) call either at the end of a scope.
 * - Functions that can fail return 0 or a negative code, take a struct acr_error last (error.h), and write to the
 *   other output parameters on success only.
 * - Text is UTF-8 and ends with a NUL. Sizes are bytes. Names tell other units: _ms.
 * - A client, and what was made for it, is for one thread at a time. */
#ifndef ACR_ACR_H
#define ACR_ACR_H

#define ACR_VERSION "0.1.0"

#include "buf.h"
#include "cache.h"
#include "client.h"
#include "clock.h"
#include "cloud.h"
#include "credential.h"
#include "docker.h"
#include "encode.h"
#include "environment.h"
#include "error.h"
#include "file.h"
#include "image.h"
#include "json.h"
#include "login.h"
#include "mem.h"
#include "op.h"
#include "ops.h"
#include "query.h"
#include "runlog.h"
#include "source.h"
#include "timestamp.h"
#include "transport.h"
#include "upload.h"
#include "uri.h"

#endif
