#!/usr/bin/python3
"""A file system on which names that differ by case or normalization are one, as on APFS.

    folding.py <directory> <mount point>

It shows a directory of Linux. Like APFS it keeps the spelling that a name was created with, refuses names that are not
UTF-8, and gives a link that is to have a second name the name of what it leads to. Needs libfuse 2 and fusepy.
"""
import errno
import os
import sys
import unicodedata

import fusepy

SOURCE, MOUNT = (os.path.realpath(path).encode() for path in sys.argv[1:3])


def fold(name):
    try:
        text = name.decode()
    except UnicodeDecodeError:
        raise fusepy.FuseOSError(errno.EILSEQ)
    return unicodedata.normalize("NFD", text).casefold()


def find(directory, name):
    """The path of a name in the spelling that it has there, or in the given one."""
    given, path = fold(name), os.path.join(directory, name)
    if not os.path.lexists(path):
        try:
            for other in os.listdir(directory):
                if fold(other) == given:
                    return os.path.join(directory, other)
        except (FileNotFoundError, NotADirectoryError):
            pass
    return path


def real(path):
    return found_at(path.encode("latin-1"))


def found_at(path):
    exact = SOURCE + path
    if os.path.lexists(exact):
        return exact
    directory, name = os.path.split(path)
    return find(found_at(directory), name)


class Folding(fusepy.Operations):
    use_ns = True

    def __call__(self, call, *args):
        try:
            return getattr(self, call)(*args)
        except OSError as error:
            raise fusepy.FuseOSError(error.errno)

    def getattr(self, path, fh=None):
        of = os.lstat(real(path)) if fh is None else os.fstat(fh)
        names = ("mode", "ino", "nlink", "uid", "gid", "size", "blocks")
        times = {f"st_{name}": getattr(of, f"st_{name}_ns") for name in ("atime", "mtime", "ctime")}
        return {**{f"st_{name}": getattr(of, f"st_{name}") for name in names}, **times}

    def access(self, path, mode):
        if not os.access(real(path), mode):
            raise fusepy.FuseOSError(errno.EACCES)

    def readdir(self, path, fh):
        return [".", ".."] + [name.decode("latin-1") for name in os.listdir(real(path))]

    def readlink(self, path):
        return os.readlink(real(path)).decode("latin-1")

    def symlink(self, path, text):
        os.symlink(text.encode("latin-1"), real(path))

    def link(self, path, existing):
        source = real(existing)
        while os.path.islink(source):
            text = os.path.join(os.path.dirname(source), os.readlink(source))
            # Through the mount point it would be on another device.
            inside = text[len(MOUNT):] if text.startswith(MOUNT + b"/") else None
            source = text if inside is None else real(inside.decode("latin-1"))
        os.link(source, real(path))

    def mkdir(self, path, mode):
        os.mkdir(real(path), mode)

    def mknod(self, path, mode, device):
        os.mknod(real(path), mode, device)

    def rmdir(self, path):
        os.rmdir(real(path))

    def unlink(self, path):
        os.unlink(real(path))

    def rename(self, old, new):
        source, target = real(old), real(new)
        if source == target:
            target = os.path.join(os.path.dirname(target), os.path.basename(new.encode("latin-1")))
        os.rename(source, target)

    def chmod(self, path, mode):
        os.chmod(real(path), mode)

    def chown(self, path, uid, gid):
        os.lchown(real(path), uid, gid)

    def utimens(self, path, times=None):
        os.utime(real(path), ns=times, follow_symlinks=False)

    def truncate(self, path, length, fh=None):
        os.truncate(real(path) if fh is None else fh, length)

    def open(self, path, flags):
        # The kernel says where to append.
        return os.open(real(path), flags & ~os.O_APPEND)

    def create(self, path, mode, fi=None):
        return os.open(real(path), os.O_RDWR | os.O_CREAT, mode)

    def read(self, path, size, offset, fh):
        return os.pread(fh, size, offset)

    def write(self, path, data, offset, fh):
        return os.pwrite(fh, data, offset)

    def fsync(self, path, datasync, fh):
        os.fsync(fh)

    def fsyncdir(self, path, datasync, fh):
        return 0

    def release(self, path, fh):
        os.close(fh)

    def statfs(self, path):
        of = os.statvfs(real(path))
        names = ("bavail", "bfree", "blocks", "bsize", "favail", "ffree", "files", "flag", "frsize", "namemax")
        return {f"f_{name}": getattr(of, f"f_{name}") for name in names}


uncached = {"attr_timeout": 0, "entry_timeout": 0, "ac_attr_timeout": 0}
fusepy.FUSE(
    Folding(), MOUNT.decode(), encoding="latin-1", foreground=True, use_ino=True, hard_remove=True,
    allow_other=True, default_permissions=True, **uncached,
)
