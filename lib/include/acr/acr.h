/* libacr: a client library for Azure Container Registry. */
#ifndef ACR_ACR_H
#define ACR_ACR_H

#define ACR_VERSION "0.1.0"

#include "buf.h"
#include "cache.h"
#include "client.h"
#include "clock.h"
#include "cloud.h"
#include "credential.h"
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
