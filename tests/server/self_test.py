"""Cases that are wrong on purpose: (what is wrong, the case, words of the complaint)."""

SHOW = """argv show -n myregistry -g rg1 --query name -o tsv
registry
"""
GOOD = SHOW + """stdout myregistry
exit 0
"""

WRONG_CASES = [
    ("that nothing is wrong", GOOD, None),
    ("a crash", "file bin/acr 755\n\t#!/bin/sh\n\techo ERROR: AddressSanitizer: oops >&2\nargv version\nexit 0\n",
     "it crashed"),
    ("a request that is not listed", "argv show -n myregistry\nsearch\nstdout x\nexit 0\n", "unexpected request: GET "),
    ("a request that never comes", GOOD + "registry\n", "request never came: GET /subscriptions/"),
    ("another method", GOOD.replace("registry\nstdout", "expect PUT {~}?{API}\nreply 200 {}\nstdout"),
     "unexpected request"),
    ("another parameter", GOOD.replace("registry\nstdout", "expect GET {~}?{API}&x=1\nreply 200 {}\nstdout"),
     "unexpected request"),
    ("another result", GOOD.replace("stdout myregistry", "stdout other"), "-other"),
    ("a result where none is expected", SHOW + "exit 0\n", "+myregistry"),
    ("no result where one is expected", SHOW.replace("tsv", "none") + "stdout myregistry\nexit 0\n", "-myregistry"),
    ("another exit status", GOOD.replace("exit 0", "exit 3"), "exit is 0, expected was 3"),
    ("a message that is not expected", "argv show -n my\nexit 1\n", "+ERROR: "),
    ("a message that is missing", GOOD + "stderr WARNING: look out\n", "-WARNING: look out"),
    ("another message", "argv show -n my\nstderr ERROR: no\nexit 1\n", "-ERROR: no"),
    ("another JSON value", "argv show -n myregistry -g rg1 --query {a:name}\nregistry\nstdout json {\"a\":\"b\"}\nexit 0\n",
     "/a is \"myregistry\", expected was \"b\""),
    ("a further JSON member", "argv show -n myregistry -g rg1 --query {a:name}\nregistry\nstdout json {}\nexit 0\n",
     "/a is not expected"),
    ("a missing JSON member",
     "argv show -n myregistry -g rg1 --query {a:name}\nregistry\nstdout shape {\"a\":\"myregistry\",\"b\":1}\nexit 0\n",
     "/b is missing"),
    ("a member that is not null",
     "argv show -n myregistry -g rg1\nregistry\nstdout shape {\"name\":\"myregistry\"}\nexit 0\n",
     "/location is not expected: \"westus\""),
    ("another form of the result",
     "argv show -n myregistry -g rg1 --query name -o tsv\nregistry {\"name\":\"{ }\"}\nstdout json {}\nexit 0\n",
     "stdout's form"),
    ("another body", "argv check-name -n myregistry\nexpect POST {P}/checkNameAvailability?{API}\nbody {\"name\":\"x\"}\n"
     "reply 200 {}\nexit 0\n", "body: /name is \"myregistry\", expected was \"x\""),
    ("a body that is not expected", "argv check-name -n myregistry\nexpect POST {P}/checkNameAvailability?{API}\n"
     "reply 200 {}\nexit 0\n", "body is not expected"),
    ("another header field", SHOW.replace("registry\n", "expect GET {~}?{API}\nwith Accept: text/html\nreply 200 {}\n", 1)
     .replace("rg1 --query", "rg1 --query") + "exit 0\n", "Accept is 'application/json'"),
    ("a header field that must not be there",
     SHOW.replace("-o tsv\nregistry\n", "-o tsv\nexpect GET {~}?{API}\nwithout Accept\nreply 200 {}\n") + "exit 0\n",
     "Accept is there"),
    ("a token for another scope", "argv repository list -n myregistry\nexpect GET {LS}/v2/_catalog?n=1000\n"
     "scope registry:other:*\nreply 200 {\"repositories\":[]}\nstdout json []\nexit 0\n", "Authorization is"),
    ("another number of connections", GOOD + "connections 2\n", "1 connections, expected were 2"),
    ("another number of sign-ins", GOOD + "asked sign-in=0\n", "sign-in was asked 1 times"),
    ("a secret in a message", GOOD.replace("show -n myregistry", "show --debug -n myregistry") + "hidden westus\n",
     "stderr shows the secret 'westus'"),
    ("too fast", GOOD + "seconds 5 6\n", "it took 0."),
    ("a file that is missing", GOOD + "holds work/x\n\tx\n", "No such file"),
    ("another file", "file work/x\n\ty\n" + GOOD + "holds work/x\n\tx\n", "-x"),
    ("another file mode", "file work/x 644\n\tx\n" + GOOD + "holds work/x 0600\n\tx\n", "has mode 0644"),
    ("a file that should not be there", "file work/x\n\tx\n" + GOOD + "lacks work/x\n", "work/x is there"),
    ("files left behind", "env ACR_CACHE_DIR={FOLDER}/home/cache\n" + GOOD, "left behind: home/cache/"),
    ("an archive of other files", "file work/a/Dockerfile\n\tFROM scratch\n"
     "argv build -r myregistry -g rg1 --no-wait a\nregistry\nexpect POST {~}/listBuildSourceUploadUrl?{TASKS_API}\n"
     "reply 200 {\"uploadUrl\":\"https://{BLOB}/x?sig=1\",\"relativePath\":\"x\"}\nexpect PUT {BLOB}/x?sig=1\narchive\n"
     "\tf 0644 other\nreply 201\nexit 0\n", "-f 0644 other"),
    ("a case without exit", "argv version\n", "has no exit"),
    ("a request without a reply", "argv version\nexpect GET /x\nexit 0\n", "has no reply"),
    ("a directive that is not known", "argv version\nbogus x\nexit 0\n", "'bogus' is not known"),
]
