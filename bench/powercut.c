/* Writes down, in order, what a program does to the files below $POWERCUT_ROOT, into $POWERCUT_LOG.
 *
 * Preloaded before the C library: what reached the disk when the power goes is what was synchronised before, and a
 * reader of the log can build the files as they would then be. One record: kind, lengths, offset, path, other path, data.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

#define MOST_FILES 4096
#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

static char *path_of[MOST_FILES];
static pthread_mutex_t one = PTHREAD_MUTEX_INITIALIZER;
static int log_fd = -1;

struct head {
    uint32_t kind, path_length, other_length, pad;
    uint64_t offset, length;
};

static const char *ours(const char *path)
{
    const char *root = getenv("POWERCUT_ROOT");
    return path && root && strncmp(path, root, strlen(root)) == 0 ? path + strlen(root) : NULL;
}

static void note(char kind, const char *path, const char *other, uint64_t offset, const void *data, size_t length)
{
    struct head head = {kind, strlen(path), other ? strlen(other) : 0, 0, offset, length};
    struct iovec parts[] = {{&head, sizeof head}, {(void *)path, head.path_length},
                            {(void *)(other ? other : ""), head.other_length}, {(void *)data, data ? length : 0}};
    pthread_mutex_lock(&one);
    if (log_fd < 0)
        log_fd = REAL(open)(getenv("POWERCUT_LOG"), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (writev(log_fd, parts, 4) < 0)
        abort();
    pthread_mutex_unlock(&one);
}

static const char *opened(int fd) { return fd >= 0 && fd < MOST_FILES ? path_of[fd] : NULL; }

static int opening(int fd, const char *path, int flags, int was_there)
{
    const char *own = ours(path);
    if (fd < 0 || fd >= MOST_FILES)
        return fd;
    free(path_of[fd]);
    path_of[fd] = own ? strdup(own) : NULL;
    if (own && (flags & O_CREAT) && !was_there)
        note('c', own, NULL, 0, NULL, 0);
    if (own && (flags & O_TRUNC) && was_there)
        note('t', own, NULL, 0, NULL, 0);
    return fd;
}

#define OPEN(name)                                                                  \
    int name(const char *path, int flags, ...)                                      \
    {                                                                               \
        va_list rest;                                                               \
        va_start(rest, flags);                                                      \
        int mode = (flags & (O_CREAT | O_TMPFILE)) ? va_arg(rest, int) : 0;         \
        va_end(rest);                                                               \
        int was_there = access(path, F_OK) == 0;                                    \
        return opening(REAL(name)(path, flags, mode), path, flags, was_there);      \
    }
OPEN(open)
OPEN(open64)

int close(int fd)
{
    if (fd >= 0 && fd < MOST_FILES) {
        free(path_of[fd]);
        path_of[fd] = NULL;
    }
    return REAL(close)(fd);
}

ssize_t write(int fd, const void *data, size_t length)
{
    const char *own = opened(fd);
    off_t at = 0;
    if (own)
        at = (fcntl(fd, F_GETFL) & O_APPEND) ? lseek(fd, 0, SEEK_END) : lseek(fd, 0, SEEK_CUR);
    ssize_t written = REAL(write)(fd, data, length);
    if (own && written > 0)
        note('w', own, NULL, at, data, written);
    return written;
}

#define PWRITE(name, offset_type)                                                   \
    ssize_t name(int fd, const void *data, size_t length, offset_type at)           \
    {                                                                               \
        ssize_t written = REAL(name)(fd, data, length, at);                         \
        if (opened(fd) && written > 0)                                              \
            note('w', opened(fd), NULL, at, data, written);                         \
        return written;                                                             \
    }
PWRITE(pwrite, off_t)
PWRITE(pwrite64, off64_t)

#define TRUNCATE(name, offset_type)                                                 \
    int name(int fd, offset_type length)                                            \
    {                                                                               \
        int result = REAL(name)(fd, length);                                        \
        if (opened(fd) && result == 0)                                              \
            note('t', opened(fd), NULL, length, NULL, 0);                           \
        return result;                                                              \
    }
TRUNCATE(ftruncate, off_t)
TRUNCATE(ftruncate64, off64_t)

#define SYNC(name)                                                                  \
    int name(int fd)                                                                \
    {                                                                               \
        int result = REAL(name)(fd);                                                \
        if (opened(fd) && result == 0)                                              \
            note('s', opened(fd), NULL, 0, NULL, 0);                                \
        return result;                                                              \
    }
SYNC(fsync)
SYNC(fdatasync)

int rename(const char *from, const char *to)
{
    int result = REAL(rename)(from, to);
    if (result == 0 && ours(from) && ours(to))
        note('r', ours(from), ours(to), 0, NULL, 0);
    return result;
}

int unlink(const char *path)
{
    int result = REAL(unlink)(path);
    if (result == 0 && ours(path))
        note('u', ours(path), NULL, 0, NULL, 0);
    return result;
}

int mkdir(const char *path, mode_t mode)
{
    int result = REAL(mkdir)(path, mode);
    if (result == 0 && ours(path))
        note('d', ours(path), NULL, 0, NULL, 0);
    return result;
}
