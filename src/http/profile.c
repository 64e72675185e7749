#include "http/profile.h"

const struct http_profile http_profile_off = { .base = HTTP_OFF };
const struct http_profile http_profile_standard = { .base = HTTP_STANDARD };
const struct http_profile http_profile_strict = { .base = HTTP_STRICT };
