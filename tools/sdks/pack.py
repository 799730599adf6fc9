"""pack.py <Python project> <folder of Go> <zip of it> <folder for the rest>: an sdist, a wheel and a zip.

The same bytes of the same files: flit takes the time from SOURCE_DATE_EPOCH, and the zip has none.
"""

import os
import sys
import zipfile
from pathlib import Path

from flit_core import buildapi

python, go, archive, to = (Path(argument).resolve() for argument in sys.argv[1:])

with zipfile.ZipFile(archive, "w") as made:
    for file in sorted(path for path in go.rglob("*") if path.is_file()):
        entry = zipfile.ZipInfo(file.relative_to(go).as_posix())
        entry.external_attr = 0o100644 << 16
        made.writestr(entry, file.read_bytes(), zipfile.ZIP_DEFLATED)

os.chdir(python)
for build in (buildapi.build_sdist, buildapi.build_wheel):
    path = to / build(str(to))
    # flit leaves the wheel to its maker alone.
    path.chmod(0o644)
    print(path)
