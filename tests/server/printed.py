"""Whether what the service answered is printed: all its members, flattened and with az's names."""
import datetime
import json
import re

TIME = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d+))?(?:Z|\+00:00)")
# Members that are printed under another name.
NAMES = {"azureADAuthenticationAsArmPolicy": "azureAdAuthenticationAsArmPolicy"}
RULE_NAMES = {"value": "ipAddressOrRange", "id": "virtualNetworkResourceId",
              "virtualNetworkSubnetResourceId": "virtualNetworkResourceId"}
# Members that are durations.
SPANS = ("syncWindow", "messageTtl")
# Members that the command completes itself.
COMPLETED = {"acr token create": ("credentials",)}


def time_as_printed(text):
    match = TIME.fullmatch(text)
    if not match:
        return text
    fraction = (match.group(2) or "")[:6].ljust(6, "0")
    return match.group(1) + ("." + fraction if fraction.strip("0") else "") + "+00:00"


def span_as_printed(text):
    """A duration such as P2D or PT4H as Python writes it."""
    match = re.fullmatch(r"P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?", text)
    if not match or not any(match.groups()):
        return text
    days, hours, minutes, seconds = (int(part or 0) for part in match.groups())
    return str(datetime.timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds))


def flatten(value, inside=""):
    """An answer as az would print it, but for nulls and sorting."""
    if isinstance(value, str):
        return span_as_printed(value) if inside in SPANS else time_as_printed(value)
    if isinstance(value, list):
        return [flatten(item, inside) for item in value]
    if not isinstance(value, dict):
        return value
    names = RULE_NAMES if inside in ("ipRules", "virtualNetworkRules") else NAMES
    ret = {names.get(key, key): flatten(member, key) for key, member in value.items()}
    if isinstance(ret.get("properties"), dict):
        for key, member in ret.pop("properties").items():
            ret["typePropertiesType" if key == "type" and key in ret else key] = member
    return ret


def lost(expected, printed, where=""):
    """What of an answer is not printed, or not as it was answered."""
    if isinstance(expected, dict) and isinstance(printed, dict):
        return [fault for key, value in expected.items() for fault in
                (lost(value, printed[key], f"{where}/{key}") if key in printed else
                 [f"{where}/{key} is not printed, answered was {json.dumps(value)[:200]}"])]
    if isinstance(expected, list) and isinstance(printed, list) and len(expected) == len(printed):
        return [fault for at, pair in enumerate(zip(expected, printed)) for fault in lost(*pair, f"{where}/{at}")]
    if expected == printed:
        return []
    return [f"{where} is printed as {json.dumps(printed)[:200]}, answered was {json.dumps(expected)[:200]}"]


def last_list(answers):
    """The items of the last list that was answered, with all its pages."""
    items, unfinished = [], False
    for answer in answers:
        items = (items if unfinished else []) + answer["value"]
        unfinished = "nextLink" in answer
    return items


def is_list(answer):
    return isinstance(answer, dict) and isinstance(answer.get("value"), list)


def faults(command, answers, result):
    """Compare a result with the last answer that is about the same: that has its id, or is its list."""
    if not isinstance(result, (dict, list)):
        return []
    if isinstance(result, list):
        # A list may also be put together from what was asked after another list.
        lists = [one for one in answers if is_list(one)]
        return lost(flatten(last_list(lists)), result) if lists and is_list(answers[-1]) else []
    for answer in reversed([one for one in answers if isinstance(one, dict)]):
        if "id" in answer and answer["id"] == result.get("id"):
            expected = flatten(answer)
            for begin, members in COMPLETED.items():
                if command.startswith(begin):
                    expected = {key: value for key, value in expected.items() if key not in members}
            return lost(expected, result)
    return []
