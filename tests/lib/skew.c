/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A clock that a test moves under running programs (LD_PRELOAD): the wall clock
 * is the machine's and so many microseconds more as the first eight bytes of the
 * file SKEW_FILE say, which is looked at anew on every call. The steady clocks
 * stay as they are, as when an administrator or NTP sets the time. tests/lib/skew.sh
 * builds and moves it.
 */
#include <fcntl.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static const _Atomic int64_t *skew;

__attribute__((constructor)) static void skew_open(void)
{
	const char *name = getenv("SKEW_FILE");
	int fd = name ? open(name, O_RDONLY | O_CLOEXEC) : -1;
	void *p = fd < 0 ? MAP_FAILED : mmap(NULL, sizeof(*skew), PROT_READ, MAP_SHARED, fd, 0);

	if (p == MAP_FAILED)
		abort(); /* a test that moves nothing must not pass */
	skew = p;
	close(fd);
}

int clock_gettime(clockid_t id, struct timespec *ts)
{
	long rc = syscall(SYS_clock_gettime, id, ts);
	int64_t nsec;

	if (rc != 0 || !skew || (id != CLOCK_REALTIME && id != CLOCK_REALTIME_COARSE))
		return (int)rc;
	nsec = ts->tv_nsec + atomic_load(skew) % 1000000 * 1000;
	ts->tv_sec += (time_t)(atomic_load(skew) / 1000000);
	if (nsec < 0 || nsec >= 1000000000) {
		ts->tv_sec += nsec < 0 ? -1 : 1;
		nsec += nsec < 0 ? 1000000000 : -1000000000;
	}
	ts->tv_nsec = (long)nsec;
	return 0;
}

int gettimeofday(struct timeval *restrict tv, void *restrict zone)
{
	struct timespec ts;

	(void)zone;
	if (clock_gettime(CLOCK_REALTIME, &ts) != 0)
		return -1;
	*tv = (struct timeval){ ts.tv_sec, ts.tv_nsec / 1000 };
	return 0;
}

time_t time(time_t *t_r)
{
	struct timespec ts;

	if (clock_gettime(CLOCK_REALTIME, &ts) != 0)
		return (time_t)-1;
	if (t_r)
		*t_r = ts.tv_sec;
	return ts.tv_sec;
}
