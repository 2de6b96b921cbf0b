# shellcheck shell=sh
# Makes the Python environments of this checkout on a machine that has only python3. Sourced by the scripts beside it, which
# set `root` (the checkout) first and then call
#
#     environment_for run     # or dev: installs exactly what scripts/locked/run.txt lists, by hash
#
# which sets `environment` to a folder whose bin/python has those packages and cctv_probe. The folder is $root/.venv/NAME, or
# one under the user's data folder where the checkout cannot be written. `ready` in it is written last, so that a folder
# without it is half made and is made again; a ready one costs one `cmp` and starts no Python. Beside it lie NAME.log (what pip
# said last) and NAME.lock.
: "${root:?must be the checkout}"

say() { # ENGLISH THAI
    printf '%s\n%s\n' "$2" "$1" >&2
}

environment_for() { # NAME
    locked="$root/scripts/locked/$1.txt"
    environment="$root/.venv/$1"
    is_ready && return
    if ! checkout_is_ours; then
        environment="${XDG_DATA_HOME:-${HOME:-/nonexistent}/.local/share}/cctv-probe/$(folder_key)/$1"
        is_ready && return
    fi
    mkdir -p "${environment%/*}" || { explain_folder; return 1; }
    command -v flock >/dev/null || { (build_environment); return; }
    (
        flock -n 9 || {
            say "Another start is preparing the program; waiting for it." "มีการเรียกโปรแกรมอีกครั้งหนึ่งกำลังเตรียมโปรแกรมอยู่ กรุณารอสักครู่"
            flock 9
        }
        is_ready || build_environment
    ) 9>"$environment.lock"
}

# Lines of `ready`: the checkout, the interpreter that was asked for (may be empty), the interpreter that was taken.
is_ready() {
    [ -f "$environment/ready" ] || return 1
    { IFS= read -r made_for && IFS= read -r made_by && IFS= read -r interpreter; } <"$environment/ready" || return 1
    [ "$made_for" = "$root" ] || return 1
    [ -z "${CCTV_PROBE_PYTHON-}" ] || [ "$CCTV_PROBE_PYTHON" = "$made_by" ] || return 1
    # shellcheck disable=SC3013 # dash, bash and busybox know -ef, and it starts no process
    [ "$environment/bin/python" -ef "$interpreter" ] || return 1 # false too where the system's Python was replaced
    cmp -s "$locked" "$environment/locked.txt"
}

checkout_is_ours() {
    for folder in "$root" "$root/.venv" "$environment"; do
        [ ! -e "$folder" ] || [ -w "$folder" ] || return 1
    done
}

folder_key() { # one folder for each checkout that shares a home
    key=$(printf '%s' "$root" | cksum)
    printf '%s' "${key%% *}"
}

build_environment() {
    trap 'say "Interrupted. The next start prepares the program again." "ถูกยกเลิกกลางคัน การเรียกครั้งถัดไปจะเตรียมโปรแกรมใหม่ให้"; exit 130' INT TERM HUP
    umask 022
    choose_python || return 1
    log="$environment.log"
    printf '' >"$log" || { explain_folder; return 1; }
    provide_venv || return 1
    rm -rf "$environment" || { explain_folder; return 1; }
    say "Preparing the program with Python $version. This is done once and takes a minute or more..." \
        "กำลังเตรียมโปรแกรมด้วย Python $version ทำเพียงครั้งเดียว ใช้เวลาประมาณหนึ่งนาทีขึ้นไป กรุณารอสักครู่..."
    fill_environment || { explain_failure; return 1; }
    say "Ready." "เตรียมโปรแกรมเสร็จแล้ว"
}

fill_environment() {
    "$python" -m venv "$environment" >>"$log" 2>&1 &&
        pip_install "$root/scripts/locked/build.txt" &&
        pip_install "$locked" --no-build-isolation --use-pep517 &&
        printf '%s\n' "$root" >"$environment/lib/python$version/site-packages/cctv_probe_checkout.pth" &&
        cp "$locked" "$environment/locked.txt" &&
        printf '%s\n' "$root" "${CCTV_PROBE_PYTHON-}" "$(readlink -f "$environment/bin/python")" >"$environment/ready.part" &&
        mv "$environment/ready.part" "$environment/ready"
}

# Sets python and version. Looks past a python3 that is too old for a newer one beside it.
choose_python() {
    oldest=
    if [ -n "${CCTV_PROBE_PYTHON-}" ]; then set -- "$CCTV_PROBE_PYTHON"; else set -- python3 python3.13 python3.12 python3.11; fi
    for python; do
        version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null) || continue
        case $version in 3.1[1-9] | 3.[2-9][0-9]) return 0 ;; esac
        oldest="${oldest:-$python ($version)}"
    done
    explain_python
    return 1
}

explain_python() {
    if [ -n "$oldest" ]; then
        say "Python 3.11 or newer is needed, but this machine has only $oldest. Please install a newer Python, or name one in CCTV_PROBE_PYTHON, then start again." \
            "โปรแกรมนี้ต้องใช้ Python 3.11 ขึ้นไป แต่เครื่องนี้มีเพียง $oldest กรุณาติดตั้ง Python รุ่นใหม่กว่า หรือระบุไว้ในตัวแปร CCTV_PROBE_PYTHON แล้วเรียกโปรแกรมอีกครั้ง"
    elif [ -n "${CCTV_PROBE_PYTHON-}" ]; then
        say "CCTV_PROBE_PYTHON names '$CCTV_PROBE_PYTHON', which does not run. Please correct or unset it, then start again." \
            "CCTV_PROBE_PYTHON ระบุ '$CCTV_PROBE_PYTHON' ซึ่งเรียกใช้ไม่ได้ กรุณาแก้ไขหรือยกเลิกตัวแปรนี้ แล้วเรียกโปรแกรมอีกครั้ง"
    else
        say "No Python was found. Please install it with: sudo apt-get install python3 python3-venv" \
            "ไม่พบ Python ในเครื่องนี้ กรุณาติดตั้งด้วยคำสั่ง: sudo apt-get install python3 python3-venv"
    fi
}

# Debian and Ubuntu ship Python without the two modules that make environments.
provide_venv() {
    can_make_environments && return
    case $python in python3) package=python3-venv ;; *) package="python$version-venv" ;; esac
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
        say "Installing $package..." "กำลังติดตั้ง $package..."
        apt_install "$package" && can_make_environments && return
    fi
    say "Python's venv module is missing. Please type this command, then start again: sudo apt-get install $package" \
        "Python ในเครื่องนี้ยังขาดส่วน venv กรุณาพิมพ์คำสั่งต่อไปนี้ แล้วเรียกโปรแกรมอีกครั้ง: sudo apt-get install $package"
    return 1
}

can_make_environments() {
    "$python" -c 'import ensurepip, venv' 2>/dev/null
}

apt_install() { # PACKAGE...; what apt-get says goes to $log
    set -- -o DPkg::Lock::Timeout=120 install -y --no-install-recommends "$@" # a machine just started may be updating itself
    DEBIAN_FRONTEND=noninteractive apt-get "$@" >>"$log" 2>&1 </dev/null && return
    apt-get update >>"$log" 2>&1 </dev/null # a fresh machine has no lists yet
    DEBIAN_FRONTEND=noninteractive apt-get "$@" >>"$log" 2>&1 </dev/null
}

pip_install() { # LOCKED [OPTION...]
    file=$1
    shift
    rm -f "$environment/pip-succeeded"
    { "$environment/bin/python" -m pip install --no-user --no-input --disable-pip-version-check --progress-bar off \
        --no-deps --require-hashes "$@" -r "$file" </dev/null 2>&1 && : >"$environment/pip-succeeded"; } |
        while IFS= read -r line; do
            printf '%s\n' "$line" >>"$log"
            [ -t 2 ] || continue
            case $line in "Collecting "* | "Installing collected "*) printf '\r\033[K  %.70s' "${line%% (*}" >&2 ;; esac
        done
    [ ! -t 2 ] || printf '\r\033[K' >&2
    [ -f "$environment/pip-succeeded" ]
}

explain_folder() {
    say "The folder $environment cannot be made. Please free some space or make it writable, then start again." \
        "สร้างโฟลเดอร์ $environment ไม่ได้ กรุณาเพิ่มพื้นที่ว่างหรือเปิดสิทธิ์เขียน แล้วเรียกโปรแกรมอีกครั้ง"
}

explain_failure() {
    if grep -qi 'no space left' "$log"; then
        say "The disk is full: about 600 MB are needed. Please free some space, then start again." \
            "พื้นที่ดิสก์เต็ม ต้องใช้ประมาณ 600 MB กรุณาลบไฟล์ที่ไม่ใช้ออก แล้วเรียกโปรแกรมอีกครั้ง"
    elif grep -q 'DO NOT MATCH THE HASHES' "$log"; then
        say "A downloaded package is not the one this program was made with, so nothing was installed. Please start again; if it happens again, tell whoever runs your network." \
            "แพ็กเกจที่ดาวน์โหลดมาไม่ตรงกับที่โปรแกรมกำหนดไว้ จึงยังไม่ติดตั้ง กรุณาเรียกโปรแกรมอีกครั้ง หากยังเกิดซ้ำกรุณาแจ้งผู้ดูแลเครือข่าย"
    elif grep -qiE 'connection (broken|refused|reset)|new connection|timed out|name resolution|proxyerror|sslerror|from versions: none' "$log"; then
        say "The packages could not be downloaded. Please check this machine's internet connection (or its proxy), then start again." \
            "ดาวน์โหลดแพ็กเกจไม่สำเร็จ กรุณาตรวจสอบการเชื่อมต่ออินเทอร์เน็ต (หรือพร็อกซี) ของเครื่องนี้ แล้วเรียกโปรแกรมอีกครั้ง"
    else
        say "The packages could not be installed on this machine. Please send the log named below to whoever gave you this program." \
            "ติดตั้งแพ็กเกจบนเครื่องนี้ไม่สำเร็จ กรุณาส่งไฟล์บันทึกด้านล่างให้ผู้ที่มอบโปรแกรมนี้แก่ท่าน"
    fi
    tail -n 3 "$log" >&2
    say "Log: $log" "ไฟล์บันทึก: $log"
}
