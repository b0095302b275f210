#!/usr/bin/env python3
"""Drives a vSphere endpoint with pyvmomi, as a stranger would: prints one JSON line with what it saw.

usage: tour.py HOST PORT USER PASSWORD MASTER_PATH SNAPSHOT
Debian's python3-pyvmomi, nothing else.
"""
import atexit
import json
import ssl
import sys
import time

from pyVim.connect import Disconnect, SmartConnect
from pyVmomi import vim, vmodl


def wait(si, task):
    """Waits for a task with a filter of its own, the way pyvmomi's samples do."""
    pc = si.content.propertyCollector
    spec = vmodl.query.PropertyCollector.FilterSpec(
        objectSet=[vmodl.query.PropertyCollector.ObjectSpec(obj=task)],
        propSet=[vmodl.query.PropertyCollector.PropertySpec(type=vim.Task, pathSet=[], all=True)],
    )
    collected = pc.CreateFilter(spec, True)
    try:
        version = None
        while True:
            update = pc.WaitForUpdates(version)
            version = update.version
            for filter_set in update.filterSet:
                for obj_set in filter_set.objectSet:
                    for change in obj_set.changeSet:
                        state = None
                        if change.name == 'info':
                            state = change.val.state
                        elif change.name == 'info.state':
                            state = change.val
                        if state == vim.TaskInfo.State.success:
                            return task.info.result
                        if state == vim.TaskInfo.State.error:
                            raise task.info.error
    finally:
        collected.Destroy()


def chain(disk):
    names = []
    backing = disk.backing
    while backing is not None:
        names.append(backing.fileName)
        backing = backing.parent
    return names


def disk_of(vm):
    return [d for d in vm.config.hardware.device if isinstance(d, vim.vm.device.VirtualDisk)][0]


def walk(si):
    """Everything in the inventory by container view, read property by property."""
    view = si.content.viewManager.CreateContainerView(si.content.rootFolder, [], True)
    kinds = {}
    for entity in view.view:
        kinds[type(entity).__name__] = kinds.get(type(entity).__name__, 0) + 1
        if entity.name is None:
            raise SystemExit('an entity without a name')
        if isinstance(entity, vim.VirtualMachine):
            assert entity.summary.config.name == entity.name
            assert entity.layoutEx.file
        if isinstance(entity, vim.HostSystem):
            assert entity.summary.hardware.memorySize > 0
        if isinstance(entity, vim.Datastore):
            assert entity.summary.capacity > 0 and entity.info.name == entity.name
    view.Destroy()
    return kinds


def traverse(si):
    """VM names by a traversal over folders, without a view."""
    traversal = vmodl.query.PropertyCollector.TraversalSpec
    again = vmodl.query.PropertyCollector.SelectionSpec(name='folders')
    folders = traversal(name='folders', type=vim.Folder, path='childEntity', skip=False, selectSet=[
        again, traversal(name='dc', type=vim.Datacenter, path='vmFolder', skip=False, selectSet=[again])])
    spec = vmodl.query.PropertyCollector.FilterSpec(
        objectSet=[vmodl.query.PropertyCollector.ObjectSpec(obj=si.content.rootFolder, skip=True, selectSet=[folders])],
        propSet=[vmodl.query.PropertyCollector.PropertySpec(type=vim.VirtualMachine, pathSet=['name'])],
    )
    result = si.content.propertyCollector.RetrievePropertiesEx([spec], vmodl.query.PropertyCollector.RetrieveOptions(maxObjects=2))
    names = []
    while result is not None:
        names += [o.propSet[0].val for o in result.objects]
        if not result.token:
            break
        result = si.content.propertyCollector.ContinueRetrievePropertiesEx(result.token)
    return sorted(names)


class Watch:
    """Updates of all machines' power states, by one filter over a container view."""

    def __init__(self, si):
        vmodl_pc = vmodl.query.PropertyCollector
        self.view = si.content.viewManager.CreateContainerView(si.content.rootFolder, [vim.VirtualMachine], True)
        self.pc = si.content.propertyCollector.CreatePropertyCollector()
        spec = vmodl_pc.FilterSpec(
            objectSet=[vmodl_pc.ObjectSpec(obj=self.view, skip=True, selectSet=[
                vmodl_pc.TraversalSpec(type=vim.view.ContainerView, path='view', skip=False)])],
            propSet=[vmodl_pc.PropertySpec(type=vim.VirtualMachine, pathSet=['name', 'runtime.powerState'])],
        )
        self.pc.CreateFilter(spec, True)
        self.version = ''
        self.known = set()
        self.take()

    def take(self):
        """One set of updates: (kind, object, changes by name)."""
        options = vmodl.query.PropertyCollector.WaitOptions(maxWaitSeconds=20)
        updates = self.pc.WaitForUpdatesEx(self.version, options)
        if updates is None:
            raise SystemExit('no updates in 20 seconds')
        self.version = updates.version
        seen = [(o.kind, o.obj, {c.name: c.val for c in o.changeSet}) for f in updates.filterSet for o in f.objectSet]
        self.known |= {o for kind, o, _ in seen if kind == 'enter'}
        return seen

    def until(self, kind, obj, changes):
        """Waits for an update of that kind with these changes."""
        while True:
            for each, o, changed in self.take():
                if each == kind and o == obj and changes.items() <= changed.items():
                    return

    def close(self):
        self.pc.Destroy()
        self.view.Destroy()


def browse(si, ds, folder):
    flags = vim.host.DatastoreBrowser.FileInfo.Details(fileType=True, fileSize=True, modification=True, fileOwner=False)
    spec = vim.host.DatastoreBrowser.SearchSpec(details=flags)
    result = wait(si, ds.browser.SearchDatastore_Task('[%s] %s' % (ds.name, folder), spec))
    return sorted(f.path for f in result.file)


def main():
    host, port, user, password, path, snapshot_name = sys.argv[1:7]
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    seen = {}
    try:
        SmartConnect(host=host, port=int(port), user=user, pwd='wrong', sslContext=context)
        raise SystemExit('a wrong password was accepted')
    except vim.fault.InvalidLogin:
        seen['wrongPassword'] = 'InvalidLogin'
    si = SmartConnect(host=host, port=int(port), user=user, pwd=password, sslContext=context)
    atexit.register(Disconnect, si)
    content = si.content
    seen['apiType'] = content.about.apiType
    seen['version'] = si._stub.version
    seen['kinds'] = walk(si)
    seen['names'] = traverse(si)
    master = content.searchIndex.FindByInventoryPath(path)
    tree = master.snapshot.rootSnapshotList[0]
    assert tree.name == snapshot_name, tree.name
    assert content.searchIndex.FindByUuid(None, master.config.instanceUuid, True, True) == master
    base = chain(disk_of(master))[-1]
    pool = content.rootFolder.childEntity[0].hostFolder.childEntity[0].resourcePool
    folder = content.rootFolder.childEntity[0].vmFolder
    location = vim.vm.RelocateSpec(pool=pool, diskMoveType='createNewChildDiskBacking')
    config = vim.vm.ConfigSpec(instanceUuid='11111111-2222-4333-8444-555555555555',
                               extraConfig=[vim.option.OptionValue(key='guestinfo.test', value='yes')])
    clone = wait(si, master.CloneVM_Task(folder, 'py-clone', vim.vm.CloneSpec(
        location=location, powerOn=False, template=False, snapshot=tree.snapshot, config=config)))
    seen['chain'] = chain(disk_of(clone))
    seen['base'] = base
    try:
        wait(si, master.CloneVM_Task(folder, 'py-clone', vim.vm.CloneSpec(location=location, powerOn=False, template=False, snapshot=tree.snapshot)))
        raise SystemExit('the name was given twice')
    except vim.fault.DuplicateName as fault:
        seen['duplicate'] = fault.object.name
    wait(si, clone.CreateSnapshot_Task('user', 'by pyvmomi', False, False))
    seen['afterSnapshot'] = len(chain(disk_of(clone)))
    watch = Watch(si)
    seen['watched'] = len(watch.known)
    wait(si, clone.PowerOnVM_Task())
    watch.until('modify', clone, {'runtime.powerState': 'poweredOn'})
    deadline = time.time() + 30
    while clone.guest.ipAddress is None and time.time() < deadline:
        time.sleep(0.02)
    seen['ip'] = clone.guest.ipAddress
    seen['mac'] = clone.guest.net[0].macAddress
    ticket = clone.AcquireTicket('webmks')
    seen['ticketHost'] = ticket.host == host
    seen['files'] = browse(si, clone.datastore[0], 'py-clone')
    wait(si, clone.ReconfigVM_Task(vim.vm.ConfigSpec(annotation='by pyvmomi', changeVersion=clone.config.changeVersion)))
    seen['annotation'] = clone.config.annotation
    wait(si, clone.PowerOffVM_Task())
    wait(si, clone.snapshot.rootSnapshotList[0].snapshot.RemoveSnapshot_Task(False))
    seen['afterRemove'] = len(chain(disk_of(clone)))
    wait(si, clone.Destroy_Task())
    watch.until('leave', clone, {})
    watch.close()
    try:
        clone.name
        raise SystemExit('the clone is still there')
    except vmodl.fault.ManagedObjectNotFound:
        seen['destroyed'] = True
    seen['masterAlive'] = master.name
    print(json.dumps(seen))


main()
