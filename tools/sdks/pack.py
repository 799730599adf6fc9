"""pack.py <Python project> <folder for its sdist and wheel> <folder> [<what of it> <zip>]...

The same bytes of the same files: flit takes the time from SOURCE_DATE_EPOCH, and a zip has none.
"""

import os
import sys
import zipfile
from pathlib import Path

from flit_core import buildapi

python, to, folder = (Path(argument).resolve() for argument in sys.argv[1:4])

for part, archive in zip(sys.argv[4::2], sys.argv[5::2]):
    with zipfile.ZipFile(archive, "w") as made:
        for file in sorted(path for path in (folder / part).rglob("*") if path.is_file()):
            entry = zipfile.ZipInfo(file.relative_to(folder).as_posix())
            entry.external_attr = 0o100644 << 16
            made.writestr(entry, file.read_bytes(), zipfile.ZIP_DEFLATED)

os.chdir(python)
for build in (buildapi.build_sdist, buildapi.build_wheel):
    path = to / build(str(to))
    # flit leaves the wheel to its maker alone.
    path.chmod(0o644)
    print(path)
