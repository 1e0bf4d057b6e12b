#pragma once
#include <modbus.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <termios.h>

/* ioctl is variadic, which Swift can't call. */
static inline int mizumori_take_exclusive(int descriptor) { return ioctl(descriptor, TIOCEXCL); }
