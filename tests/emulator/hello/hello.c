/* The program of the emulator's hello-world image. It stands alone: no C library, just write and exit, so that the
 * image needs nothing else in it. */

static const char text[] = "Hello from acr-emulator.\n"
			   "\n"
			   "This message was printed by a container, and these were the steps:\n"
			   " 1. The agent took the run from its queue.\n"
			   " 2. It found the hello-world image that comes with the emulator, no network needed.\n"
			   " 3. It started the one program in it, which wrote these lines into the log of the run.\n"
			   "\n"
			   "Next, try a Dockerfile of your own: acr build -r REGISTRY -t NAME:TAG .\n";

#if defined(__x86_64__)
enum { CALL_WRITE = 1, CALL_SLEEP = 35, CALL_EXIT = 60 };
static long call(long number, long a, long b, long c)
{
	long result;
	__asm__ volatile("syscall" : "=a"(result) : "a"(number), "D"(a), "S"(b), "d"(c) : "rcx", "r11", "memory");
	return result;
}
#elif defined(__aarch64__)
enum { CALL_WRITE = 64, CALL_SLEEP = 101, CALL_EXIT = 93 };
static long call(long number, long a, long b, long c)
{
	register long x8 __asm__("x8") = number;
	register long x0 __asm__("x0") = a;
	register long x1 __asm__("x1") = b;
	register long x2 __asm__("x2") = c;
	__asm__ volatile("svc 0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2) : "memory");
	return x0;
}
#else
#error "hello.c does not know the system calls of this architecture yet"
#endif

_Noreturn void _start(void);
_Noreturn void _start(void)
{
	const char *rest = text;
	long left = (long)sizeof(text) - 1;
	while (left > 0) {
		long written = call(CALL_WRITE, 1, (long)rest, left);
		if (written <= 0)
			break;
		rest += written;
		left -= written;
	}
	/* buildah (1.28) may lose what a program wrote that ended at once: it has to get round to reading. */
	const struct {
		long seconds, nanoseconds;
	} pause = {.nanoseconds = 100000000};
	call(CALL_SLEEP, (long)&pause, 0, 0);
	for (;;)
		call(CALL_EXIT, left > 0, 0, 0);
}
