#!/bin/sh
# ติดตั้งตัวแทน cctv-probe บนเครื่องที่ไม่มีอินเทอร์เน็ต · Installs the cctv-probe agent on a machine without a network.
#
#     sudo ./install.sh               # installs, or upgrades what an earlier install.sh put there
#     sudo ./install.sh --uninstall   # removes the program; state and configuration stay
#     sudo ./install.sh --purge       # removes those too: key, waiting reports, evidence
set -eu
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd -P)
listed=/opt/cctv-probe/share/installed.txt
setup=/opt/cctv-probe/libexec/setup

say() { # ENGLISH THAI
    printf '%s\n%s\n' "$2" "$1" >&2
}

refuse() { # ENGLISH THAI
    say "$1" "$2"
    exit 1
}

check_machine() {
    [ "$(id -u)" = 0 ] || refuse "Please run this as root: sudo ./install.sh" "กรุณาใช้สิทธิ์ root: sudo ./install.sh"
    for tool in systemctl systemd-sysusers systemd-tmpfiles setpriv sha256sum; do
        command -v "$tool" >/dev/null || refuse "This machine has no $tool; a Linux with systemd is needed." \
            "เครื่องนี้ไม่มี $tool ต้องใช้ลินุกซ์ที่มี systemd"
    done
    if dpkg-query -W -f '${db:Status-Status}' cctv-probe 2>/dev/null | grep -qx installed; then
        refuse "cctv-probe is installed here as a Debian package. Please upgrade or remove it with apt or dpkg." \
            "เครื่องนี้ติดตั้ง cctv-probe จากแพ็กเกจ Debian ไว้แล้ว กรุณาปรับรุ่นหรือถอนด้วย apt หรือ dpkg"
    fi
}

check_python() {
    wanted=$(sed -n 's/^python=//p' "$here/MADE-FOR")
    machine=$(sed -n 's/^machine=//p' "$here/MADE-FOR")
    found=$(/usr/bin/python3 -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null) || found=none
    [ "$found" = "$wanted" ] || refuse "This archive is made for Python $wanted; /usr/bin/python3 here is $found. Please use the archive for this release." \
        "ชุดติดตั้งนี้ทำสำหรับ Python $wanted แต่ /usr/bin/python3 ของเครื่องนี้คือ $found กรุณาใช้ชุดติดตั้งที่ตรงกับรุ่นของระบบ"
    [ "$(uname -m)" = "$machine" ] || refuse "This archive is made for $machine processors; this one is $(uname -m)." \
        "ชุดติดตั้งนี้ทำสำหรับหน่วยประมวลผล $machine แต่เครื่องนี้เป็น $(uname -m)"
}

check_sums() {
    (cd "$here" && sha256sum --check --quiet --strict SHA256SUMS >/dev/null 2>&1) ||
        refuse "The archive is damaged or was changed. Please fetch it again." "ชุดติดตั้งเสียหายหรือถูกแก้ไข กรุณาขอชุดใหม่"
    # What stands in no sum is not installed either; the one link is the interpreter's.
    { (cd "$here" && find tree -type f -print | LC_ALL=C sort) | cmp -s - "$here/FILES" &&
        [ "$(cd "$here" && find tree -type l -printf '%p %l')" = "tree/opt/cctv-probe/bin/python3 /usr/bin/python3" ]; } ||
        refuse "The archive holds other files than it should. Please fetch it again." "ชุดติดตั้งมีไฟล์ไม่ตรงตามรายการ กรุณาขอชุดใหม่"
}

install_tree() {
    first=first
    if [ -x "$setup" ]; then
        first=
        "$setup" stop
        remove_program
    fi
    (cd "$here/tree" && tar -cf - --owner=root --group=root .) | tar -xf - -C / --no-same-owner --no-overwrite-dir
    sed 's|^tree/|/|' "$here/FILES" | grep -v '^/etc/' >"$listed"
    "$setup" configure $first
}

remove_program() { # what was installed, by name; configuration and state are elsewhere
    [ -f "$listed" ] || return 0
    grep -v '^/opt/cctv-probe/' "$listed" | while IFS= read -r file; do rm -f -- "$file"; done
    rm -rf /opt/cctv-probe
}

uninstall() {
    [ -x "$setup" ] || refuse "cctv-probe is not installed here." "เครื่องนี้ไม่ได้ติดตั้ง cctv-probe"
    "$setup" stop
    "$setup" deactivate
    [ "${1-}" != purge ] || "$setup" purge
    remove_program
    rmdir /usr/share/doc/cctv-probe 2>/dev/null || :
    [ ! -d /run/systemd/system ] || systemctl daemon-reload
}

check_machine
case ${1-} in
    "")
        check_python
        check_sums
        install_tree
        say "Installed. Next: /usr/share/doc/cctv-probe/agent.en.md" "ติดตั้งเสร็จแล้ว ขั้นต่อไปอ่านได้ที่ /usr/share/doc/cctv-probe/agent.th.md"
        ;;
    --uninstall) uninstall && say "Removed. State and configuration were kept." "ถอนการติดตั้งแล้ว ข้อมูลและการตั้งค่ายังอยู่" ;;
    --purge) uninstall purge && say "Removed with state and configuration." "ถอนการติดตั้งพร้อมลบข้อมูลและการตั้งค่าแล้ว" ;;
    *) sed -n '2,6s/^# \{0,1\}//p' "$0" >&2; exit 2 ;;
esac
