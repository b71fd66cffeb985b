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
OPTIMISE := $(if $(SANITIZE),-O1 -g -fno-omit-frame-pointer -fsanitize=address$(comma)undefined -fno-sanitize-recover=undefined,-O2 -g)
comma := ,
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
FUZZERS := $(patsubst tests/fuzz/%.c,$(BUILD)/fuzz/%,$(wildcard tests/fuzz/fuzz_*.c))

object = $(patsubst %.c,$(BUILD)/obj/%.o,$(1))
LIB_OBJECTS := $(call object,$(LIB_SOURCES))
CLI_OBJECTS := $(call object,$(CLI_SOURCES))
EMULATOR_OBJECTS := $(call object,$(EMULATOR_SOURCES))

.PHONY: all
all: $(BUILD)/acr $(BUILD)/acr-emulator

# Who may include whom is enforced by these paths: cli/ sees the public headers only.
$(BUILD)/obj/lib/%.o: INCLUDES := -Ilib/include -Ilib/src
$(BUILD)/obj/cli/%.o: INCLUDES := -Ilib/include -Icli
$(BUILD)/obj/tests/%.o: INCLUDES := -Ilib/include -Ilib/src -Icli -Itests/emulator -Itests/unit

$(BUILD)/obj/%.o: %.c Makefile
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) $(INCLUDES) -c -o $@ $<

$(BUILD)/libacr.a: $(LIB_OBJECTS)
	@rm -f $@
	$(AR) rcs $@ $^

$(BUILD)/acr: $(CLI_OBJECTS) $(BUILD)/libacr.a
	$(CC) $(ALL_LDFLAGS) -o $@ $^ $(LIBS_ACR)

$(BUILD)/acr-emulator: $(EMULATOR_OBJECTS) $(BUILD)/libacr.a
	$(CC) $(ALL_LDFLAGS) -o $@ $^ $(LIBS_ACR) $(LIBS_EMULATOR)

# The program of the emulator's hello-world image: it stands alone, and is a part of agent_images.o.
HELLO := $(BUILD)/hello
$(HELLO): tests/emulator/hello/hello.c Makefile
	@mkdir -p $(@D)
	$(CC) $(WARNINGS) -Os -ffreestanding -fno-stack-protector -fno-pie -static -nostdlib -s -Wl,--build-id=none \
		-Wl,-z,noseparate-code -o $@ $<
$(BUILD)/obj/tests/emulator/agent_images.o: $(HELLO)
$(BUILD)/obj/tests/emulator/agent_images.o: INCLUDES += -DHELLO_PROGRAM='"$(HELLO)"'

# Unit tests: one program a module, with everything but main() linked in.
$(BUILD)/unit/%: $(BUILD)/obj/tests/unit/%.o $(call object,$(UNIT_SHARED)) $(filter-out %/cli/main.o,$(CLI_OBJECTS)) $(BUILD)/libacr.a
	@mkdir -p $(@D)
	$(CC) $(ALL_LDFLAGS) -o $@ $^ $(LIBS_ACR) -lcmocka
.PRECIOUS: $(BUILD)/obj/%.o

.PHONY: unit
unit: $(UNIT_TESTS)

.PHONY: clean
clean:
	rm -rf build

-include $(patsubst %.o,%.d,$(LIB_OBJECTS) $(CLI_OBJECTS) $(EMULATOR_OBJECTS) $(call object,$(wildcard tests/unit/*.c tests/fuzz/*.c)))
