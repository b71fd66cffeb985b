# acr: build, test, install. `make help` lists the targets.
#
# User CFLAGS, CPPFLAGS and LDFLAGS are added, never replaced. SANITIZE=1 builds with ASan and UBSan below
# build/sanitize; CI=true (or WERROR=1) makes warnings errors.

PREFIX ?= /usr/local
DESTDIR ?=
BUILD := build$(if $(SANITIZE),/sanitize)

PACKAGES_ACR := libcjson yaml-0.1 libisal libcrypto
PACKAGES_EMULATOR := libmicrohttpd

WARNINGS := -Wall -Wextra -Wpedantic -Wshadow -Wformat=2 -Wstrict-prototypes -Wmissing-prototypes -Wwrite-strings \
	-Wvla -Wconversion -Wno-sign-conversion
STD := -std=c11 -D_GNU_SOURCE
HARDEN := -fstack-protector-strong -fPIE -fvisibility=hidden $(if $(SANITIZE),,-D_FORTIFY_SOURCE=2)
comma := ,
OPTIMISE := $(if $(SANITIZE),-O1 -g -fno-omit-frame-pointer -fsanitize=address$(comma)undefined -fno-sanitize-recover=undefined,-O2 -g)
ALL_CFLAGS := $(STD) $(WARNINGS) $(if $(filter true,$(CI))$(WERROR),-Werror) $(OPTIMISE) $(HARDEN) -pthread \
	$(shell pkg-config --cflags $(PACKAGES_ACR) libcurl libarchive $(PACKAGES_EMULATOR) 2>/dev/null) -MMD -MP $(CPPFLAGS) $(CFLAGS)
ALL_LDFLAGS := -pie -pthread -Wl,-z,relro,-z,now -Wl,--as-needed $(if $(SANITIZE),-fsanitize=address$(comma)undefined) $(LDFLAGS)
LIBS_ACR = $(shell pkg-config --libs $(PACKAGES_ACR)) -lm
LIBS_EMULATOR = $(shell pkg-config --libs $(PACKAGES_EMULATOR))

LIB_SOURCES := $(wildcard lib/src/*.c lib/src/*/*.c)
CLI_SOURCES := $(wildcard cli/*.c cli/*/*.c)
EMULATOR_SOURCES := $(wildcard tests/emulator/*.c)
UNIT_TESTS := $(patsubst tests/unit/%.c,$(BUILD)/unit/%,$(wildcard tests/unit/test_*.c))
UNIT_SHARED := $(filter-out tests/unit/test_%,$(wildcard tests/unit/*.c))
FUZZERS := $(patsubst tests/fuzz/%.c,build/fuzz/%,$(wildcard tests/fuzz/fuzz_*.c))

object = $(patsubst %.c,$(BUILD)/obj/%.o,$(1))
LIB_OBJECTS := $(call object,$(LIB_SOURCES))
CLI_OBJECTS := $(call object,$(CLI_SOURCES))
EMULATOR_OBJECTS := $(call object,$(EMULATOR_SOURCES))

# One short line for each step; V=1 shows the commands.
say = $(if $(V),,@echo '  $(1) $@';)

.PHONY: all
all: $(BUILD)/acr $(BUILD)/acr-emulator

# Who may include whom is enforced by these paths: cli/ sees the public headers only.
$(BUILD)/obj/lib/%.o: INCLUDES := -Ilib/include -Ilib/src
$(BUILD)/obj/cli/%.o: INCLUDES := -Ilib/include -Icli
$(BUILD)/obj/tests/%.o: INCLUDES := -Ilib/include -Ilib/src -Icli -Itests/emulator -Itests/unit

$(BUILD)/obj/%.o: %.c Makefile
	@mkdir -p $(@D)
	$(call say,CC  )$(CC) $(ALL_CFLAGS) $(INCLUDES) -c -o $@ $<

$(BUILD)/libacr.a: $(LIB_OBJECTS)
	@rm -f $@
	$(call say,AR  )$(AR) rcs $@ $^

$(BUILD)/acr: $(CLI_OBJECTS) $(BUILD)/libacr.a
	$(call say,LINK)$(CC) $(ALL_LDFLAGS) -o $@ $^ $(LIBS_ACR)

$(BUILD)/acr-emulator: $(EMULATOR_OBJECTS) $(BUILD)/libacr.a
	$(call say,LINK)$(CC) $(ALL_LDFLAGS) -o $@ $^ $(LIBS_ACR) $(LIBS_EMULATOR)

# The program of the emulator's hello-world image: it stands alone, and is a part of agent_images.o.
HELLO := $(BUILD)/hello
$(HELLO): tests/emulator/hello/hello.c Makefile
	@mkdir -p $(@D)
	$(call say,LINK)$(CC) $(WARNINGS) -Os -ffreestanding -fno-stack-protector -fno-pie -static -nostdlib -s -Wl,--build-id=none \
		-Wl,-z,noseparate-code -o $@ $<
$(BUILD)/obj/tests/emulator/agent_images.o: $(HELLO)
$(BUILD)/obj/tests/emulator/agent_images.o: INCLUDES += -DHELLO_PROGRAM='"$(HELLO)"'

# Unit tests: one program a module, with everything but main() linked in.
$(BUILD)/unit/%: $(BUILD)/obj/tests/unit/%.o $(call object,$(UNIT_SHARED)) $(filter-out %/cli/main.o,$(CLI_OBJECTS)) $(BUILD)/libacr.a
	@mkdir -p $(@D)
	$(call say,LINK)$(CC) $(ALL_LDFLAGS) -o $@ $^ $(LIBS_ACR) -lcmocka
.PRECIOUS: $(BUILD)/obj/%.o

.PHONY: unit
unit: $(UNIT_TESTS)

# Fuzzers: libFuzzer with clang. `make fuzz TIME=60` lets each look for trouble; the tests replay their corpus.
FUZZ_CFLAGS := $(STD) -g -O1 -fsanitize=fuzzer,address,undefined -pthread -Ilib/include -Ilib/src -Icli
FUZZ_SOURCES := $(filter-out cli/main.c,$(LIB_SOURCES) $(CLI_SOURCES))
$(FUZZERS): build/fuzz/%: tests/fuzz/%.c build/fuzz/libacr-fuzz.a
	$(call say,LINK)clang $(FUZZ_CFLAGS) -o $@ $< build/fuzz/libacr-fuzz.a $(LIBS_ACR)
build/fuzz/obj/%.o: %.c
	@mkdir -p $(@D)
	$(call say,CC  )clang $(subst fuzzer$(comma),fuzzer-no-link$(comma),$(FUZZ_CFLAGS)) $(shell pkg-config --cflags $(PACKAGES_ACR)) -w -c -o $@ $<
build/fuzz/libacr-fuzz.a: $(patsubst %.c,build/fuzz/obj/%.o,$(FUZZ_SOURCES))
	@rm -f $@
	$(call say,AR  )$(AR) rcs $@ $^
.PHONY: fuzzers fuzz
fuzzers: $(FUZZERS)
fuzz: fuzzers
	for fuzzer in $(FUZZERS); do \
		$$fuzzer -max_total_time=$(or $(TIME),60) tests/fuzz/corpus/$$(basename $$fuzzer) || exit 1; \
	done

# ---- tests ---------------------------------------------------------------------------------------------------------

.PHONY: check
check:
	tests/setup check $(if $(AZ),az)
	$(if $(CONFORMANCE),tests/setup conformance)
	$(MAKE) all build/meta/print_output build/bench/pack
	$(MAKE) SANITIZE=1 unit build/sanitize/acr
	$(MAKE) fuzzers
	tests/check $(SUITES)

.PHONY: demo
demo:
	tests/setup demo
	$(MAKE) all
	tests/demo

.PHONY: bench
bench:
	tests/setup check
	$(MAKE) all build/bench/pack
	tests/bench/run
# Prints values in the formats of -o, to be compared with what the Azure CLI's library prints.
$(BUILD)/meta/print_output: $(BUILD)/obj/tests/meta/print_output.o $(filter-out %/cli/main.o,$(CLI_OBJECTS)) $(BUILD)/libacr.a
	@mkdir -p $(@D)
	$(call say,LINK)$(CC) $(ALL_LDFLAGS) -o $@ $^ $(LIBS_ACR)
$(BUILD)/bench/pack: $(BUILD)/obj/tests/bench/pack.o $(BUILD)/libacr.a
	@mkdir -p $(@D)
	$(call say,LINK)$(CC) $(ALL_LDFLAGS) -o $@ $^ $(LIBS_ACR)

.PHONY: lint
lint:
	$(call say,TIDY)clang-tidy --quiet $(LIB_SOURCES) $(CLI_SOURCES) $(EMULATOR_SOURCES) -- $(STD) -Ilib/include -Ilib/src -Icli \
		-Itests/emulator -DHELLO_PROGRAM='"$(HELLO)"' $(shell pkg-config --cflags $(PACKAGES_ACR) $(PACKAGES_EMULATOR))
	$(call say,CPPC)cppcheck --quiet --std=c11 --enable=warning,performance,portability --inline-suppr --error-exitcode=1 \
		--suppress=missingIncludeSystem --suppress=internalAstError --suppress=comparePointers:tests/emulator/agent_images.c \
		-Ilib/include -Ilib/src -Icli -Itests/emulator lib/src cli tests/emulator

.PHONY: format
format:
	clang-format -i $(wildcard lib/include/acr/*.h lib/src/*.[ch] lib/src/*/*.[ch] cli/*.[ch] cli/*/*.[ch] tests/*/*.[ch])

# ---- documentation -------------------------------------------------------------------------------------------------

# Manual pages come from the tables, and are committed.
.PHONY: docs
docs: $(BUILD)/acr
	rm -f man/*.1
	$(BUILD)/acr __man | while read -r name; do $(BUILD)/acr __man "$$name" >"man/$$name.1" || exit 1; done
	tests/meta/manual >man/acr.1

# ---- installation --------------------------------------------------------------------------------------------------

BINDIR := $(DESTDIR)$(PREFIX)/bin
SHARE := $(DESTDIR)$(PREFIX)/share
.PHONY: install
install: all
	install -d $(BINDIR) $(SHARE)/man/man1 $(SHARE)/bash-completion/completions $(SHARE)/zsh/site-functions \
		$(SHARE)/fish/vendor_completions.d
	install -m 755 $(BUILD)/acr $(BUILD)/acr-emulator $(BINDIR)
	ln -sf acr $(BINDIR)/docker-credential-acr
	install -m 644 man/*.1 $(SHARE)/man/man1
	install -m 644 completions/acr.bash $(SHARE)/bash-completion/completions/acr
	install -m 644 completions/acr.zsh $(SHARE)/zsh/site-functions/_acr
	install -m 644 completions/acr.fish $(SHARE)/fish/vendor_completions.d/acr.fish

.PHONY: uninstall
uninstall:
	rm -f $(BINDIR)/acr $(BINDIR)/acr-emulator $(BINDIR)/docker-credential-acr $(SHARE)/bash-completion/completions/acr \
		$(SHARE)/zsh/site-functions/_acr $(SHARE)/fish/vendor_completions.d/acr.fish
	cd man && for page in *.1; do rm -f "$(SHARE)/man/man1/$$page"; done

.PHONY: clean
clean:
	rm -rf build

.PHONY: help
help:
	@echo 'make                 build acr and acr-emulator'
	@echo 'make demo            install packages, build, show the whole job on an emulator'
	@echo 'make check           install packages, build, test (AZ=1 and CONFORMANCE=1: see README.md)'
	@echo 'make bench           measure against curl and other tools'
	@echo 'make install         DESTDIR= PREFIX=/usr/local'
	@echo 'make docs            write the manual pages anew from the tables'
	@echo 'make lint            clang-tidy and cppcheck over all C files (minutes)'
	@echo 'make format          clang-format'
	@echo 'make fuzz TIME=60    fuzz the parsers'

-include $(patsubst %.o,%.d,$(LIB_OBJECTS) $(CLI_OBJECTS) $(EMULATOR_OBJECTS) $(call object,$(wildcard tests/unit/*.c tests/fuzz/*.c)))
