# shellcheck shell=sh
# Lays out what the package and the tarball install: a root tree with the program and its own Python environment under
# /opt/cctv-probe, the units, and the examples. Sourced by scripts/build-deb and scripts/build-tarball, which set `root`.
#
#     stage_tree FOLDER     # sets version, python_version (3.11) and machine (x86_64)
#
# The packages are those of scripts/locked/run.txt, checked by hash; nothing is downloaded when it is installed. The
# environment is made by the distribution's own Python and works with that minor version only: build on the release that
# it is for. Two runs from one commit give the same bytes (SOURCE_DATE_EPOCH; the commit's time where it is not set).
: "${root:?must be the checkout}"
. "$root/scripts/environment.sh"

stage_tree() { # FOLDER
    tree=$1
    umask 022
    distribution_python || return 1
    log="$tree.log"
    : >"$log"
    provide_venv || return 1
    version=$(sed -n 's/^__version__ = "\(.*\)"$/\1/p' "$root/cctv_probe/__init__.py")
    python_version=$version_of_python
    machine=$(uname -m)
    set_date
    opt="$tree/opt/cctv-probe"
    mkdir -p "$opt" || return 1
    stage_environment && stage_program && stage_system && stage_date "$tree"
}

# The one that will run it: /usr/bin/python3, unless CCTV_PROBE_PYTHON names another. Sets python, version_of_python.
distribution_python() {
    CCTV_PROBE_PYTHON=${CCTV_PROBE_PYTHON:-/usr/bin/python3}
    choose_python || return 1
    version_of_python=$version
}

set_date() {
    if [ -z "${SOURCE_DATE_EPOCH-}" ]; then
        SOURCE_DATE_EPOCH=$(git -c safe.directory='*' -C "$root" log -1 --format=%ct 2>/dev/null) || SOURCE_DATE_EPOCH=
        [ -n "$SOURCE_DATE_EPOCH" ] || SOURCE_DATE_EPOCH=$(date -r "$root/pyproject.toml" +%s)
    fi
    export SOURCE_DATE_EPOCH
}

stage_environment() {
    work="$tree.work"
    packages="$opt/lib/python$python_version/site-packages"
    environment="$work/build" # where pip_install looks for pip
    "$python" -m venv "$environment" >>"$log" 2>&1 || return 1
    pip_install "$root/scripts/locked/build.txt" || return 1
    pip_install "$root/scripts/locked/run.txt" --no-build-isolation --use-pep517 --no-compile --prefix "$opt" || return 1
    rm -rf "$opt/bin" "$opt/share" "$opt/include" "$work"
    find "$packages" -name __pycache__ -type d -prune -exec rm -rf {} +
    rm -f "$packages"/*.dist-info/direct_url.json # names where this machine keeps its wheels
    sed -i '/^\.\.\//d' "$packages"/*.dist-info/RECORD # what is not there any more: commands with this folder in them
    mkdir -p "$opt/bin"
    ln -s /usr/bin/python3 "$opt/bin/python3"
    printf 'home = /usr/bin\ninclude-system-site-packages = false\n' >"$opt/pyvenv.cfg"
    printf '/opt/cctv-probe/program\n' >"$packages/cctv_probe.pth"
}

stage_program() {
    mkdir -p "$opt/program" "$opt/share" "$opt/libexec"
    (cd "$root" && find cctv_probe configs -type f ! -path '*/__pycache__/*' ! -name '.*' -print | LC_ALL=C sort | tar -cf - -T -) |
        tar -xf - -C "$opt/program" --no-same-owner || return 1
    cp "$root"/agent/systemd/*.conf "$opt/share/"
    install -m 755 "$root/agent/setup" "$opt/libexec/setup"
    compile "$packages" "/opt/cctv-probe/lib/python$python_version/site-packages" && compile "$opt/program" /opt/cctv-probe/program
    find "$opt" -type d -exec chmod 755 {} + && find "$opt" -type f ! -perm -100 -exec chmod 644 {} +
}

compile() { # FOLDER NAME-ON-THE-TARGET; quiet about files of other Python versions that some packages carry
    "$python" -I -m compileall -q -j 2 --invalidation-mode unchecked-hash -s "$1" -p "$2" "$1" >>"$log" 2>&1 || :
}

stage_system() {
    units="$tree/usr/lib/systemd/system"
    examples="$tree/etc/cctv-probe"
    doc="$tree/usr/share/doc/cctv-probe"
    mkdir -p "$units" "$examples" "$doc" "$tree/usr/bin" "$tree/usr/lib/sysusers.d" "$tree/usr/lib/tmpfiles.d"
    install -m 644 "$root"/agent/systemd/*.service "$root"/agent/systemd/*.path "$root"/agent/systemd/*.timer "$units"
    install -m 644 "$root/agent/sysusers.conf" "$tree/usr/lib/sysusers.d/cctv-probe.conf"
    install -m 644 "$root/agent/tmpfiles.conf" "$tree/usr/lib/tmpfiles.d/cctv-probe.conf"
    install -m 755 "$root/agent/cctv-probe" "$tree/usr/bin/cctv-probe"
    install -m 644 "$root/configs/agent.example.yaml" "$root/configs/scope.example.yaml" "$examples"
    install -m 644 "$root/configs/credentials.example.yaml" "$examples/devices.example.yaml"
    install -m 644 "$root/docs/agent.en.md" "$root/docs/agent.th.md" "$doc"
}

stage_date() { # FOLDER
    find "$1" -exec touch --no-dereference --date "@$SOURCE_DATE_EPOCH" {} +
}
