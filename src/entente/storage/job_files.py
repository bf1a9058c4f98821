"""Jobs and uploads as files: one folder each beside the store, made under another name and renamed when it is whole.

    jobs/<id>/job.json        what was asked and how far it is
    jobs/<id>/source/<name>   what it is done from, until it is over
    jobs/<id>/results.jsonl   what a batch of queries found, a line a row
    jobs/<id>/made/<name>     a file that came of it: rejects, an export, a record's file
    uploads/<id>/upload.json  who sent a file, and its digest
    uploads/<id>/file/<name>  the file
    .new-…                    either, while it is made; a start removes what a crash left of it

Folders have mode 0700, files 0600. They are no part of a backup: what they hold is in the store, or is asked again.

Source: docs/rules/api.md P12 and P13; api.job_files.JobFiles.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from secrets import token_hex
from tempfile import mkdtemp
from typing import Any, BinaryIO, Final, TypeVar

from entente.kernel.canonical import Json
from entente.kernel.codec import from_json, to_object
from entente.kernel.errors import Invalid, NotFound, Unavailable
from entente.kernel.ids import OfficerId
from entente.kernel.jobs import Job, Upload
from entente.storage.files import FILE_MODE, sync_folder

FOLDER_MODE: Final = 0o700
_NEW: Final = ".new-"
_JOB, _UPLOAD, _RESULTS = "job.json", "upload.json", "results.jsonl"
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class JobFolder:
    """The JobFiles (api.job_files) of one node's folder."""

    path: Path

    def jobs(self) -> tuple[Job, ...]:
        """Return every job that is kept."""
        return tuple(_read_all(self._jobs, _JOB, Job))

    def uploads(self) -> tuple[Upload, ...]:
        """Return every file that waits for a job."""
        return tuple(_read_all(self._uploads, _UPLOAD, Upload))

    @contextmanager
    def new_upload(self) -> Iterator[ArrivingFile]:
        """Begin a file that arrives."""
        with _said(), _begun(self._uploads) as place:
            (place / "file").mkdir(mode=FOLDER_MODE)
            with _create(place / "file" / "arriving") as opened:
                yield ArrivingFile(self._uploads, place, opened.fileno())

    def upload_file(self, upload: Upload) -> Path:
        """Return where a file that was sent lies."""
        return self._uploads / upload.id / "file" / upload.name

    def remove_upload(self, upload: Upload) -> None:
        """Remove a file that was sent."""
        shutil.rmtree(self._uploads / upload.id, ignore_errors=True)

    def make(self, job: Job, source: Upload | Iterable[bytes] | None) -> None:
        """Make a job's folder with what it is done from."""
        with _said(), _begun(self._jobs) as place:
            (place / "made").mkdir(mode=FOLDER_MODE)
            (place / "source").mkdir(mode=FOLDER_MODE)
            if isinstance(source, Upload):
                try:
                    # A second name for it: a crash before the job is there leaves what was sent and acknowledged.
                    (place / "source" / job.source).hardlink_to(self.upload_file(source))
                except FileNotFoundError as error:
                    # Another request took it, or its time was over, in this very moment.
                    raise NotFound from error
            elif source is not None:
                with _create(place / "source" / job.source) as opened:
                    for piece in source:
                        _write(opened.fileno(), piece)
                    os.fsync(opened.fileno())
            _put(place / _JOB, to_object(job))
            place.rename(self._jobs / job.id)
            sync_folder(self._jobs)
        if isinstance(source, Upload):
            self.remove_upload(source)

    def put(self, job: Job) -> None:
        """Keep how far a job is."""
        with _said():
            _put(self._jobs / job.id / _JOB, to_object(job))

    def source(self, job: Job) -> Path:
        """Return where the file lies that a job is done from."""
        return self._jobs / job.id / "source" / job.source

    def drop_source(self, job: Job) -> None:
        """Remove what a job was done from."""
        shutil.rmtree(self._jobs / job.id / "source", ignore_errors=True)

    def made(self, job: Job, name: str) -> Path:
        """Return where a file lies that came of a job, or where it would."""
        assert name == Path(name).name, "a name is no path"
        return self._jobs / job.id / "made" / name

    def sizes(self, job: Job) -> dict[str, int]:
        """Return how many bytes each file has that came of a job, by name."""
        found: dict[str, int] = {}
        with suppress(FileNotFoundError), os.scandir(self._jobs / job.id / "made") as entries:
            for entry in sorted(entries, key=lambda one: one.name):
                # It may be removed in this very moment; an import writes its rejects under another name first.
                with suppress(FileNotFoundError):
                    if not entry.name.endswith(".part"):
                        found[entry.name] = entry.stat().st_size
        return found

    def drop(self, job: Job, name: str) -> None:
        """Remove a file that came of a job."""
        with _said():
            self.made(job, name).unlink(missing_ok=True)

    def add_results(self, job: Job, data: bytes) -> int:
        """Add to what is whole of a job's results."""
        with _said():
            descriptor = os.open(self._results(job), os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, FILE_MODE)
            try:
                os.ftruncate(descriptor, job.results_bytes)
                os.lseek(descriptor, job.results_bytes, os.SEEK_SET)
                _write(descriptor, data)
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
        return job.results_bytes + len(data)

    def results(self, job: Job, start: int, lines: int, bytes_max: int) -> tuple[tuple[bytes, ...], int]:
        """Return whole lines from a place on, and where the next begins."""
        found: list[bytes] = []
        if start >= job.results_bytes:
            return (), start
        with _said(), self._results(job).open("rb") as opened:
            opened.seek(start)
            while len(found) < lines and start < job.results_bytes:
                line = opened.readline()
                if found and sum(map(len, found)) + len(line) > bytes_max:
                    break
                found.append(line)
                start += len(line)
        return tuple(found), start

    def overwrite(self, job: Job, start: int, data: bytes) -> None:
        """Write over a part of a job's results."""
        with _said(), self._results(job).open("r+b") as opened:
            opened.seek(start)
            opened.write(data)
            opened.flush()
            os.fsync(opened.fileno())

    def remove(self, job: Job) -> None:
        """Remove a job with its files; first what says that there is one, so that a crash leaves none that is half there."""
        place = self._jobs / job.id
        (place / _JOB).unlink(missing_ok=True)
        shutil.rmtree(place, ignore_errors=True)

    @property
    def _jobs(self) -> Path:
        return self.path / "jobs"

    @property
    def _uploads(self) -> Path:
        return self.path / "uploads"

    def _results(self, job: Job) -> Path:
        return self._jobs / job.id / _RESULTS


@dataclass(slots=True)
class ArrivingFile:
    """The NewUpload (api.job_files) of one folder."""

    uploads: Path
    place: Path
    descriptor: int
    size: int = 0
    _digest: Any = field(default_factory=hashlib.sha256)

    def write(self, data: bytes) -> None:
        """Add bytes."""
        with _said():
            _write(self.descriptor, data)
        self.size += len(data)
        self._digest.update(data)

    def keep(self, account: OfficerId, name: str, at: datetime, key: str = "") -> Upload:
        """Make it durable under its id, which nobody guesses."""
        upload = Upload(f"upload-{token_hex(16)}", account, name, self.size, self._digest.hexdigest(), at, key)
        with _said():
            os.fsync(self.descriptor)
            (self.place / "file" / "arriving").rename(self.place / "file" / name)
            _put(self.place / _UPLOAD, to_object(upload))
            self.place.rename(self.uploads / upload.id)
            sync_folder(self.uploads)
        return upload


def _read_all(folder: Path, name: str, kind: type[T]) -> Iterator[T]:
    if not folder.is_dir():
        return
    for place in sorted(folder.iterdir()):
        try:
            document: Json = json.loads((place / name).read_bytes())
            yield from_json(kind, document)
        except (OSError, ValueError, Invalid):
            # It was never whole, or its removal was cut off.
            shutil.rmtree(place, ignore_errors=True)


@contextmanager
def _begun(folder: Path) -> Iterator[Path]:
    folder.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
    place = Path(mkdtemp(prefix=_NEW, dir=folder))
    try:
        yield place
    finally:
        # Renamed by who was done with it; else nothing of it stays.
        shutil.rmtree(place, ignore_errors=True)


def _create(path: Path) -> BinaryIO:
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, FILE_MODE), "wb", buffering=0)


def _write(descriptor: int, data: bytes) -> None:
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(descriptor, rest) :]


def _put(path: Path, document: Json) -> None:
    """Put a short file in the place of the one before, durably."""
    part = path.with_name(f".{path.name}.part")
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, FILE_MODE)
    try:
        _write(descriptor, json.dumps(document, ensure_ascii=False).encode("utf-8"))
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    part.replace(path)
    sync_folder(path.parent)


@contextmanager
def _said() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise Unavailable(
            "The job's files cannot be used.",
            why=f"The system says: {error.strerror}.",
            do="Free space on the disk that holds the node's folder, then do it again.",
            retry_is_safe=True,
        ) from error
