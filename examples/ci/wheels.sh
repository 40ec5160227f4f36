#!/bin/sh
# Build the wheels of the emulator and of all that it needs into a folder, with a list that pins each by its hash.
# Keep the folder where your CI finds it. What is installed with the list is what was built here: no registry is asked,
# so nobody who takes the name on a public one gets in.
#
#   sh wheels.sh path/to/symphony-pod-emulator vendor/emulator
#   pip install --no-index --no-deps --require-hashes -r vendor/emulator/requirements.txt
set -eu
python3 -m pip wheel --quiet --wheel-dir "$2" "$1"
for wheel in "$2"/*.whl; do
  printf './%s --hash=sha256:%s\n' "$wheel" "$(sha256sum "$wheel" | cut -d' ' -f1)"
done >"$2/requirements.txt"
