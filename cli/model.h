/* Printed shapes: how a resource on the wire becomes the flat object that az prints.
 *
 * A shape is a text of names, separated by blanks:
 *   name            a member, JSON null when the answer lacks it
 *   wire>printed    a member that is printed under another name
 *   name:time       a point in time, printed as az prints it
 *   name:span       an ISO 8601 duration, printed as az prints it
 *   name{a b}       an object of these members, null when absent
 *   name[a b]       a list of such objects
 *   name*{a b}      a map whose values are such objects
 *   name?{A{a} B{b}}  an object whose member "type" says which of these shapes it has; as it is when it says neither
 *   name(a b)       an object whose members are printed one level higher ("properties")
 * Members that the shape does not name are dropped. A shape that is *{a b} alone is that of a map. */
#ifndef CLI_MODEL_H
#define CLI_MODEL_H

#include <acr/error.h>
#include <acr/json.h>

/* A new value in the shape; a list is shaped item by item. Whatever stands under the name in round brackets may also
 * stand one level higher already. */
struct acr_json *model_apply(const char *shape, const struct acr_json *value);
/* The other way round, in place: members of a value on the wire that go by their printed names get those of the wire, at
 * every level. Case and underscores do not matter. */
void model_unprint(const char *shape, struct acr_json *value);
/* The members that the shape names, as and where they are on the wire; absent and null ones stay out. */
struct acr_json *model_pick(const char *shape, const struct acr_json *value);
/* "resourceGroup" beside every "id" that names one, as az adds it to all results. */
void model_add_resource_group(struct acr_json *value);
/* Where a printed name stands on the wire: "adminUserEnabled" → "/properties/adminUserEnabled"; yours to free(), NULL
 * when the shape has no such name. Case and underscores do not matter. *inner gets the shape of the object that stands
 * there, yours to free(), NULL when the shape does not describe one. */
char *model_pointer(const char *shape, const char *printed, char **inner);
/* The printed names of a shape, as an array of strings. */
struct acr_json *model_names(const char *shape);
/* Whether the shape is sound: brackets balanced, names not empty or twice on one level. */
int model_check(const char *shape, struct acr_error *error) ACR_MUST_CHECK;

/* Shapes used by more than one group. */
#define MODEL_SYSTEM_DATA \
	"systemData{createdBy createdByType createdAt:time lastModifiedBy lastModifiedByType lastModifiedAt:time}"
#define MODEL_IDENTITY "identity{principalId tenantId type userAssignedIdentities*{principalId clientId}}"
#define MODEL_STATUS "status{displayStatus message timestamp:time}"

#endif
