/* The types of options: how a word is read, checked and turned into JSON. */
#ifndef CLI_OPTTYPE_H
#define CLI_OPTTYPE_H

#include "spec.h"

extern const struct option_type type_flag;       /* no word: true */
extern const struct option_type type_string;     /* one line of text, or nothing */
extern const struct option_type type_text;       /* lines of text */
extern const struct option_type type_path;       /* one word, a local path: completion offers files */
extern const struct option_type type_choice;     /* one of option->choices, any case in, listed case out */
extern const struct option_type type_boolean;    /* none, or true or false in any case */
extern const struct option_type type_integer;    /* whole number within option->minimum and maximum */
extern const struct option_type type_list;       /* one or more words: array of strings */
extern const struct option_type type_list_any;   /* none or more words: array of strings */
extern const struct option_type type_choices;    /* one or more of option->choices: array of strings */
extern const struct option_type type_append;     /* one word a use: array of strings (with OPT_APPEND) */
extern const struct option_type type_tags;       /* key=value words: object; '' clears it to {} */
extern const struct option_type type_pairs;      /* the same, but at least one word */
extern const struct option_type type_assignment; /* NAME=VALUE a use: array of {"name","value"}; NAME alone takes the
                                                    variable of that name, else "" (with OPT_APPEND) */
extern const struct option_type type_setting;    /* the same, but NAME alone is always "" */
extern const struct option_type type_location;   /* "East US" → "eastus" */
extern const struct option_type type_json_object; /* JSON text: the object */
extern const struct option_type type_query;      /* JMESPath, checked */
/* opttype_form.c: words of a certain form, as they are */
extern const struct option_type type_registry;         /* anything: what is right depends on the cloud */
extern const struct option_type type_source_registry;  /* name, login server, or resource id of a registry */
extern const struct option_type type_image;            /* repository with a tag, a digest or nothing */
extern const struct option_type type_images;           /* one a use: array (with OPT_APPEND) */
extern const struct option_type type_built_image;      /* also with a registry in front, and {{.Run.ID}} in it */
extern const struct option_type type_built_images;     /* one a use: array (with OPT_APPEND) */
extern const struct option_type type_source_image;     /* as images are called elsewhere */
extern const struct option_type type_repository_name;  /* without tag and digest */
extern const struct option_type type_repository_names; /* one or more: array */
extern const struct option_type type_repositories_any; /* none or more: array */
extern const struct option_type type_appended_repository; /* one a use: array (with OPT_APPEND) */
extern const struct option_type type_group, type_subscription, type_suffix, type_replication, type_run_id;
extern const struct option_type type_operation_id, type_trigger, type_connection, type_digest, type_artifact_type;
extern const struct option_type type_stage, type_chart, type_chart_version, type_version, type_uuid, type_tenant, type_namespace;
extern const struct option_type type_client_id;
extern const struct option_type type_token_scopes, type_token_scopes_any; /* of Azure tokens: arrays */
extern const struct option_type type_resource_type, type_tag_filter, type_container, type_dns_label, type_context;
extern const struct option_type type_token, type_credential_set, type_resource; /* names, or resource ids */
extern const struct option_type type_platform, type_tag;
extern const struct option_type type_artifact_ids, type_ports;                  /* arrays */
extern const struct option_type type_tokens, type_notifications;                /* one or more: arrays */
extern const struct option_type type_tokens_any, type_notifications_any;        /* none or more: arrays */
extern const struct option_type type_azure_scope, type_azure_scopes; /* what Azure roles are for; array */
extern const struct option_type type_words;                          /* one a use: array (with OPT_APPEND) */
extern const struct option_type type_word;                           /* one line with something in it */
/* opttype_check.c */
extern const struct option_type type_decimal;    /* a number above 0: 1.5 */
extern const struct option_type type_fields;     /* KEY=VALUE words, or JSON objects: object of strings */
extern const struct option_type type_variables;  /* the same, but values may have line ends */
extern const struct option_type type_name;       /* letters, digits, - and _; option->minimum to maximum characters */
extern const struct option_type type_plain_name; /* the same, but letters and digits only */
extern const struct option_type type_cron;       /* a cron line of five parts */
extern const struct option_type type_timer;      /* [NAME:]CRON: a timer trigger, with a name or without (with OPT_APPEND) */
extern const struct option_type type_duration;   /* ISO 8601: P2D, PT3H */
extern const struct option_type type_user_identity;   /* the id of a user-assigned identity */
extern const struct option_type type_task_identities; /* none or more ids, "[system]" or "[all]": array of strings */
extern const struct option_type type_inverse;    /* a boolean whose opposite is meant: --no-push */
/* opttype_address.c */
extern const struct option_type type_network;     /* an IP address, or a range of them: 16.17.18.0/24 */
extern const struct option_type type_url;         /* http or https */
extern const struct option_type type_headers;     /* header fields of HTTP, key[=value]: object */
extern const struct option_type type_key_url;     /* of a key in a key vault */
extern const struct option_type type_secret_url;  /* of a secret in a key vault */
extern const struct option_type type_resource_id; /* of Azure; '' too where OPT_EMPTY_CLEARS is set */
extern const struct option_type type_repository;  /* with a registry in front or not; * for any */
extern const struct option_type type_scope;       /* the same with a tag or not, or '' */
extern const struct option_type type_server;      /* a registry's host, and maybe port */
/* opttype_access.c */
extern const struct option_type type_repository_permission; /* REPOSITORY ACTION… in lower case: array (OPT_APPEND) */
extern const struct option_type type_gateway_permission;    /* the same for connected registries */
extern const struct option_type type_identity;   /* a managed identity: id, name or [system] */
extern const struct option_type type_identities; /* one or more of them: array */
extern const struct option_type type_moment;                /* 2035-12-31T12:59:59Z; milliseconds are added */
extern const struct option_type type_upper;                 /* one word, put in upper case */
/* The actions that permissions may have, ended by NULL. */
extern const char *const repository_actions[], *const gateway_actions[];
/* Whether a text has the form of a resource id. */
bool opttype_is_resource_id(const char *word);

/* Whether the text can be the id of a user-assigned identity. */
bool is_identity_id(const char *word);
/* What code asks for it by: its key, or else its name. */
const char *option_key(const struct option *option);
/* The words it may have, its own or its type's, ended by NULL; NULL when any will do. */
const char *const *option_choices(const struct option *option);
/* Refuse what no word of the option may be: control characters, bytes that are no UTF-8, endless ones.
 * ACR_ERROR_USAGE with a message that names no option. */
int option_check_word(const struct option *option, const char *word, struct acr_error *error);
/* Whether all of the word looks as the type's pattern says. */
bool option_has_form(const struct option_type *type, const char *word);
/* A value as messages show it: cut where it is long, without what is secret; yours to free(). */
char *option_shown(const struct option *option, const char *word);
/* Append how messages call it: "--resource-group/-g", "<SOURCE_LOCATION>". */
void option_label(const struct option *option, struct acr_buf *out);

#endif
