/* Base64 in both alphabets, SHA-256, random bytes. */
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <openssl/evp.h>
#include <acr/encode.h>

static const char standard[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
static const char urlsafe[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

static void encode(const char *alphabet, bool pad, const unsigned char *bytes, size_t length, struct acr_buf *out)
{
	for (size_t i = 0; i < length; i += 3) {
		size_t left = length - i;
		uint32_t group = (uint32_t)bytes[i] << 16;
		group |= left > 1 ? (uint32_t)bytes[i + 1] << 8 : 0;
		group |= left > 2 ? bytes[i + 2] : 0;
		char text[4] = {alphabet[group >> 18], alphabet[group >> 12 & 63],
				left > 1 ? alphabet[group >> 6 & 63] : '=', left > 2 ? alphabet[group & 63] : '='};
		acr_buf_add(out, text, pad || left > 2 ? 4 : left + 1);
	}
}

void acr_base64_encode(const void *bytes, size_t length, struct acr_buf *out)
{
	encode(standard, true, bytes, length, out);
}

void acr_base64url_encode(const void *bytes, size_t length, struct acr_buf *out)
{
	encode(urlsafe, false, bytes, length, out);
}

/* The value of a digit in either alphabet, -1 for anything else. */
static int digit(char c)
{
	if (c >= 'A' && c <= 'Z') {
		return c - 'A';
	}
	if (c >= 'a' && c <= 'z') {
		return c - 'a' + 26;
	}
	if (c >= '0' && c <= '9') {
		return c - '0' + 52;
	}
	return c == '+' || c == '-' ? 62 : c == '/' || c == '_' ? 63 : -1;
}

int acr_base64_decode(const char *text, size_t length, struct acr_buf *out, struct acr_error *error)
{
	ACR_AUTO(acr_buf) bytes = ACR_BUF_INIT;
	uint32_t group = 0;
	size_t digits = 0, padding = 0;
	for (size_t i = 0; i < length; i++) {
		char c = text[i];
		if (c == ' ' || c == '\t' || c == '\r' || c == '\n') {
			continue;
		}
		if (c == '=' && digits % 4 + padding >= 2 && digits % 4 + padding < 4) {
			padding++;
			continue;
		}
		int value = digit(c);
		if (value < 0 || padding) {
			return acr_fail(error, ACR_ERROR_FORMAT, "not base64: unexpected character at offset %zu", i);
		}
		group = group << 6 | (uint32_t)value;
		if (++digits % 4 == 0) {
			const char three[3] = {(char)(group >> 16), (char)(group >> 8), (char)group};
			acr_buf_add(&bytes, three, 3);
		}
	}
	size_t rest = digits % 4;
	if (rest == 1 || (padding && rest + padding != 4)) {
		return acr_fail(error, ACR_ERROR_FORMAT, "not base64: the text is cut off");
	}
	if (rest) {
		group <<= 6 * (4 - rest);
		const char two[2] = {(char)(group >> 16), (char)(group >> 8)};
		acr_buf_add(&bytes, two, rest - 1);
	}
	acr_buf_add(out, acr_buf_str(&bytes), bytes.length);
	return 0;
}

void acr_sha256_hex(const void *bytes, size_t length, char ret[65])
{
	unsigned char digest[EVP_MAX_MD_SIZE];
	if (!EVP_Digest(bytes, length, digest, NULL, EVP_sha256(), NULL)) {
		acr_oom(); /* SHA-256 itself cannot fail */
	}
	for (size_t i = 0; i < 32; i++) {
		snprintf(ret + 2 * i, 3, "%02x", digest[i]);
	}
}

void acr_uuid(char ret[37])
{
	unsigned char b[16];
	acr_random(b, sizeof(b));
	b[6] = (unsigned char)((b[6] & 0x0f) | 0x40);
	b[8] = (unsigned char)((b[8] & 0x3f) | 0x80);
	snprintf(ret, 37, "%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x", b[0], b[1], b[2],
		 b[3], b[4], b[5], b[6], b[7], b[8], b[9], b[10], b[11], b[12], b[13], b[14], b[15]);
}

void acr_random(void *bytes, size_t length)
{
	/* The kernel's generator needs no OpenSSL start-up and cannot fail once the system runs. */
	for (size_t done = 0; done < length;) {
		ssize_t got = getrandom((char *)bytes + done, length - done, 0);
		if (got < 0 && errno != EINTR) {
			abort(); /* going on with predictable bytes would be worse */
		}
		done += got > 0 ? (size_t)got : 0;
	}
}

size_t acr_utf8_decode(const char *text, size_t length, uint32_t *point)
{
	static const uint32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
	unsigned char lead = (unsigned char)*text;
	if (lead < 0x80) {
		*point = lead;
		return 1;
	}
	size_t size = lead < 0xc0 ? 0 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : lead < 0xf8 ? 4 : 0;
	uint32_t value = lead & (0x7fu >> size);
	bool valid = size > 0 && size <= length;
	for (size_t i = 1; valid && i < size; i++) {
		valid = ((unsigned char)text[i] & 0xc0) == 0x80;
		value = value << 6 | ((unsigned char)text[i] & 0x3f);
	}
	if (!valid || value < smallest[size] || value > 0x10ffff || (value >= 0xd800 && value < 0xe000)) {
		*point = 0xfffd;
		return 1;
	}
	*point = value;
	return size;
}
