"""Test cases: what is typed, what goes over the wire, what comes back, what is printed.

A case file holds directives, one a line; lines that begin with a tab belong to the directive above them, "#" begins a
comment line. One `argv` makes one command; several in a file run one after the other, with the same folders.

Before an `argv`, for the commands from there on:
    cloud WORDS          of the cloud in use: `bare` (it has no login server suffix), `adfs` (AD FS sign-in), `closed`
                         (nothing listens at its management endpoint)
    tls ROLE HOW         certificate of the listener `management`, `registry` or `blob`: `unknown-ca`, `wrong-host`,
                         `expired`
    sign-in scripted     token requests are listed like others; otherwise the runner answers them
    tokens scripted      likewise for a registry's /oauth2/exchange and /oauth2/token
    env NAME=VALUE       set a variable; `env NAME` removes it
    file PATH [MODE]     make a file below the case's folder; its text are the lines below
    random PATH SIZE     make a file that cannot be compressed
    folder PATH [MODE]   make a folder
    link PATH TARGET     make a symbolic link
    remove PATH          remove a file
    spoil FOLDER         cut every file in the folder in half
    called NAME          the program is called by another name
    unprivileged         the program does not run as root, who can read everything
    hidden TEXT          must not appear on standard error

A command:
    argv WORDS           the command line, as a shell splits it
    stdin [TEXT]         standard input; none by default
    terminal STREAMS     `in`, `out`, `err`: these are terminals
    type ANSWER          typed at the next prompt
    closed STREAMS       `out`, `err`: closed from the start;  full STREAMS: /dev/full
    at-once N            N processes at the same time, each with the same outcome
    in any order         requests may come in another order than they are listed
    stdout TEXT          exactly this text; forms: `json VALUE` (formatted as az does), `shape VALUE` (the same, and
                         members not listed are null), `raw TEXT` (with \\n, \\r, \\xNN, and no line end of its own),
                         `begins TEXT`
    stderr TEXT          exactly these lines, or `raw TEXT`
    exit STATUS          required
    connections N        how many connections were made
    asked KIND=N …       how many requests the runner answered itself: sign-in, exchange, token
    seconds LEAST MOST   how long it took
    holds PATH [MODE]    the file has exactly the text below, or `json VALUE`;  lacks PATH: it is not there

What it asks, in this order:
    search [SKU]         the search of the registry by name, answered with one of that SKU (Premium by default)
    lookup               the list of registries, which tells the login server
    registry [JSON]      GET of the registry, answered with JSON put over a plain one
    expect METHOD URL    a request; management when the URL begins with "/"; parameters are written decoded, in any order
      with NAME: VALUE   … has this header field;  without NAME: has none
      scope SCOPE        … carries a registry token for this scope
      body JSON          … has this body;  form NAME=VALUE&…: this form (%26 for "&");  text TEXT: this text
      archive            … has a tar.gz with the entries below: TYPE MODE PATH [TEXT], TYPE one of d, f, l
      size LEAST MOST    … has a body of so many bytes
      times N            … comes that many times
    reply STATUS [BODY]  the answer
      header NAME: VALUE
      misbehave HOW      `close` (no answer), `short` (half of the body), `endless`, `slow`, `late`, `chunked`, `gzip`,
                         `garbage`
      signal NAME [early] send a signal to the program after the answer, or half a second before it

Variables are replaced everywhere: see variables() in runner.py. Patterns stand in stderr, header, body and form values:
{*} any text of the line, {hex32}, {uuid}, {n} digits, {decimal}. In header fields of a reply, {LAST} and {SIZE} are
the number of its body's last byte and of its bytes.
"""
import re
import shlex


class Broken(Exception):
    """A case file that cannot be understood."""


class Directive:
    def __init__(self, number, word, rest):
        self.number, self.word, self.rest, self.lines = number, word, rest, []

    def text(self):
        """What stands behind the word and on the lines below it."""
        return "\n".join(([self.rest] if self.rest else []) + self.lines)

    def below(self):
        """The lines below alone, as the text of a file."""
        return "".join(line + "\n" for line in self.lines)


class Reply:
    def __init__(self, status=200, body=""):
        self.status, self.body, self.headers, self.misbehave, self.signal = status, body, [], None, None


class Request:
    """An expected request."""

    def __init__(self, method, url):
        self.method, self.url = method, url
        self.headers, self.absent = [], []
        self.scope = self.body = self.form = self.text = self.archive = self.size = None
        self.times, self.reply = 1, None


class Step:
    """One command."""

    def __init__(self, argv, setup):
        self.argv, self.setup = argv, setup
        self.requests, self.holds, self.lacks, self.types = [], [], [], []
        self.stdin = self.stdout = self.stderr = self.status = self.connections = self.seconds = None
        self.terminals, self.closed, self.full, self.asked = [], [], [], {}
        self.any_order, self.at_once = False, 1


class Case:
    def __init__(self, name):
        self.name, self.steps, self.setup, self.hidden = name, [], [], []
        self.cloud, self.tls, self.scripted, self.unprivileged = set(), {}, set(), False


REGISTRIES = "Microsoft.ContainerRegistry/registries"
SEARCH = f"/subscriptions/{{S}}/resources?$filter=resourceType eq '{REGISTRIES}'&{{RESOURCES_API}}"
FOUND = '{"value":[{"id":"{~}","name":"myregistry","type":"%s","location":"westus","sku":{"name":"%s"}}]}'
LISTED = '{"value":[{"id":"{~}","name":"myregistry","location":"westus","properties":{"loginServer":"{LS}"}}]}'


class Parser:
    SETUP = {"env", "file", "random", "folder", "link", "remove", "spoil", "called"}

    def __init__(self, name, text):
        self.case, self.pending, self.step, self.request = Case(name), [], None, None
        for directive in self.directives(text):
            try:
                self.take(directive)
            except Broken as fault:
                raise Broken(f"{name}: line {directive.number}: {fault}") from None
        if not self.case.steps:
            raise Broken(f"{name}: it has no argv")
        for step in self.case.steps:
            if step.status is None:
                raise Broken(f"{name}: '{step.argv}' has no exit")
            for request in step.requests:
                if not request.reply:
                    raise Broken(f"{name}: '{request.method} {request.url}' has no reply")

    @staticmethod
    def directives(text):
        current, ret = None, []
        for number, line in enumerate(text.split("\n"), 1):
            if line.startswith("\t"):
                if not current:
                    raise Broken(f"line {number}: belongs to nothing")
                current.lines.append(line[1:])
            elif line.strip() and not line.startswith("#"):
                word, _, rest = line.strip().partition(" ")
                current = Directive(number, word, rest.strip())
                ret.append(current)
        return ret

    def take(self, directive):
        if directive.word in self.SETUP:
            self.pending.append(directive)
            return
        take = getattr(self, "take_" + directive.word.replace("-", "_"), None)
        if not take:
            raise Broken(f"'{directive.word}' is not known")
        take(directive)

    def command(self):
        if not self.step:
            raise Broken("an argv must come first")
        return self.step

    def asked(self):
        if not self.request:
            raise Broken("an expect must come first")
        return self.request

    def answer(self):
        if not self.asked().reply:
            raise Broken("a reply must come first")
        return self.request.reply

    def add_request(self, method, url, status=None, body=""):
        self.request = Request(method, url)
        if status:
            self.request.reply = Reply(status, body)
        self.command().requests.append(self.request)

    # ---- the whole case ----

    def take_cloud(self, directive):
        self.case.cloud |= set(directive.rest.split())

    def take_tls(self, directive):
        role, how = directive.rest.split()
        self.case.tls[role] = how

    def take_sign_in(self, directive):
        self.scripted("sign-in", directive)

    def take_tokens(self, directive):
        self.scripted("tokens", directive)

    def scripted(self, kind, directive):
        if directive.rest != "scripted":
            raise Broken(f"{kind} is 'scripted' or not there")
        self.case.scripted.add(kind)

    def take_unprivileged(self, _directive):
        self.case.unprivileged = True

    def take_hidden(self, directive):
        self.case.hidden.append(directive.rest)

    # ---- a command ----

    def take_argv(self, directive):
        self.step = Step(directive.text(), self.pending)
        shlex.split(self.step.argv)
        self.case.steps.append(self.step)
        self.pending, self.request = [], None

    def take_stdin(self, directive):
        self.command().stdin = directive.text() + ("\n" if directive.lines else "")

    def take_terminal(self, directive):
        self.command().terminals = directive.rest.split()

    def take_type(self, directive):
        self.command().types.append(directive.rest)

    def take_closed(self, directive):
        self.command().closed = directive.rest.split()

    def take_full(self, directive):
        self.command().full = directive.rest.split()

    def take_at_once(self, directive):
        self.command().at_once = int(directive.rest)

    def take_in(self, directive):
        if directive.rest != "any order":
            raise Broken("'in any order' is meant?")
        self.command().any_order = True

    def take_stdout(self, directive):
        self.command().stdout = directive.text()

    def take_stderr(self, directive):
        self.command().stderr = directive.text()

    def take_exit(self, directive):
        self.command().status = int(directive.rest)

    def take_connections(self, directive):
        self.command().connections = int(directive.rest)

    def take_asked(self, directive):
        for word in directive.rest.split():
            kind, _, count = word.partition("=")
            self.command().asked[kind] = int(count)

    def take_seconds(self, directive):
        self.command().seconds = [float(word) for word in directive.rest.split()]

    def take_holds(self, directive):
        path, _, mode = directive.rest.partition(" ")
        self.command().holds.append((path, mode, "\n".join(directive.lines)))

    def take_lacks(self, directive):
        self.command().lacks.append(directive.rest)

    # ---- requests ----

    def take_search(self, directive):
        self.add_request("GET", SEARCH, 200, FOUND % (REGISTRIES, directive.rest or "Premium"))

    def take_lookup(self, _directive):
        self.add_request("GET", "{P}/registries?{API}", 200, LISTED)

    def take_registry(self, directive):
        self.add_request("GET", "{~}?{API}", 200, "registry " + (directive.text() or "{}"))

    def take_expect(self, directive):
        method, _, url = directive.text().partition(" ")
        if not re.fullmatch(r"[A-Z]+", method) or not url:
            raise Broken("METHOD URL is wanted")
        self.add_request(method, url)

    def take_with(self, directive):
        name, _, value = directive.rest.partition(": ")
        self.asked().headers.append((name, value))

    def take_without(self, directive):
        self.asked().absent.append(directive.rest)

    def take_scope(self, directive):
        self.asked().scope = directive.rest

    def take_body(self, directive):
        self.asked().body = directive.text()

    def take_form(self, directive):
        self.asked().form = directive.text()

    def take_text(self, directive):
        self.asked().text = directive.text()

    def take_archive(self, directive):
        self.asked().archive = directive.lines

    def take_size(self, directive):
        self.asked().size = [int(word) for word in directive.rest.split()]

    def take_times(self, directive):
        self.asked().times = int(directive.rest)

    def take_reply(self, directive):
        status, _, first = directive.rest.partition(" ")
        self.asked().reply = Reply(int(status), "\n".join(([first] if first else []) + directive.lines))

    def take_header(self, directive):
        name, _, value = directive.rest.partition(": ")
        self.answer().headers.append((name, value))

    def take_misbehave(self, directive):
        self.answer().misbehave = directive.rest

    def take_signal(self, directive):
        self.answer().signal = directive.rest


def parse(name, text):
    return Parser(name, text).case
