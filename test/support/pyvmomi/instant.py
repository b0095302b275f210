#!/usr/bin/env python3
"""Instant clones by pyvmomi: a running source, a frozen one, and what a clone is. Prints one JSON line with what it saw.

usage: instant.py HOST PORT USER PASSWORD MASTER_PATH GUEST_USER GUEST_PASSWORD
"""
import atexit
import json
import ssl
import sys
import time

from pyVim.connect import Disconnect, SmartConnect
from pyVim.task import WaitForTask
from pyVmomi import vim


def disk(vm):
    backing = [d for d in vm.config.hardware.device if isinstance(d, vim.vm.device.VirtualDisk)][0].backing
    return [backing.fileName, backing.parent.fileName]


def until(ask):
    deadline = time.time() + 30
    while not ask():
        if time.time() > deadline:
            raise SystemExit('waited for 30 seconds')
        time.sleep(0.02)


def main():
    host, port, user, password, path, guest_user, guest_password = sys.argv[1:8]
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    si = SmartConnect(host=host, port=int(port), user=user, pwd=password, sslContext=context)
    atexit.register(Disconnect, si)
    content = si.content
    seen = {}
    master = content.searchIndex.FindByInventoryPath(path)
    datacenter = content.rootFolder.childEntity[0]
    pool = datacenter.hostFolder.childEntity[0].resourcePool
    location = vim.vm.RelocateSpec(pool=pool, diskMoveType='createNewChildDiskBacking')
    WaitForTask(master.CloneVM_Task(datacenter.vmFolder, 'py-source', vim.vm.CloneSpec(
        location=location, powerOn=True, template=False, snapshot=master.snapshot.currentSnapshot)))
    source = content.searchIndex.FindByInventoryPath('DC0/vm/py-source')
    until(lambda: source.guest.guestOperationsReady)
    auth = vim.vm.guest.NamePasswordAuthentication(username=guest_user, password=guest_password, interactiveSession=False)
    program = vim.vm.guest.ProcessManager.ProgramSpec(
        programPath='/usr/bin/vmware-rpctool', arguments='"instantclone.freeze"')
    content.guestOperationsManager.processManager.StartProgramInGuest(source, auth, program)
    until(lambda: source.runtime.instantCloneFrozen)
    seen['tools'] = source.guest.toolsRunningStatus
    names = ['py-i1', 'py-i2']
    for name in names:
        spec = vim.vm.InstantCloneSpec(name=name, location=vim.vm.RelocateSpec(), config=[
            vim.option.OptionValue(key='guestinfo.who', value=name)])
        WaitForTask(source.InstantClone_Task(spec))
    clones = [content.searchIndex.FindByInventoryPath('DC0/vm/' + name) for name in names]
    seen['power'] = [clone.runtime.powerState for clone in clones]
    seen['frozen'] = [clone.runtime.instantCloneFrozen for clone in clones]
    seen['hosts'] = len({vm.runtime.host for vm in clones + [source]})
    seen['disks'] = [disk(clone) for clone in clones]
    seen['source'] = disk(source)[0]
    seen['who'] = [o.value for clone in clones for o in clone.config.extraConfig if o.key == 'guestinfo.who']
    seen['uuids'] = len({u for vm in clones + [source] for u in (vm.config.uuid, vm.config.instanceUuid)})
    until(lambda: clones[0].guest.guestOperationsReady)
    try:
        WaitForTask(source.SuspendVM_Task())
    except vim.fault.InvalidState:
        seen['suspend'] = 'InvalidState'
    print(json.dumps(seen))


main()
