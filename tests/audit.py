"""Asks whether what constraints.txt pins has known vulnerabilities: `make check` does, once a day and venv.

One that is found ends with status 1. Where the service cannot be asked (no network, or a package mirror alone) it says
so in a line and ends well: nobody has to be online to check a change.
"""

import json
import subprocess
import sys
from typing import Any

# One request a package, to a service that answers or cannot be reached; a mirror of PyPI would say of each package
# that there is none of this name, and that would look like an answer.
COMMAND = ('-m', 'pip_audit', '--vulnerability-service', 'osv', '--requirement', 'constraints.txt', '--no-deps')
QUIETLY = ('--disable-pip', '--format', 'json', '--progress-spinner', 'off', '--timeout', '5')
LONGEST = 180


def main() -> int:
    """Ask, print a line, return the status."""
    try:
        asked = subprocess.run([sys.executable, *COMMAND, *QUIETLY], capture_output=True, text=True, timeout=LONGEST)
        packages: list[dict[str, Any]] = json.loads(asked.stdout)['dependencies']
    except (subprocess.TimeoutExpired, ValueError, KeyError):
        print('pip-audit: the service that knows of vulnerabilities could not be asked; nothing was audited.')
        return 0
    found = [(package, each) for package in packages for each in package.get('vulns', ())]
    for package, each in found:
        mended = ', '.join(each['fix_versions']) or 'no version yet'
        print(f'pip-audit: {package["name"]} {package["version"]} has {each["id"]}, mended in {mended}.')
    if not found:
        print(f'pip-audit: no known vulnerability in {len(packages)} packages.')
    return int(bool(found))


if __name__ == '__main__':
    sys.exit(main())
