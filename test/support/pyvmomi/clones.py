#!/usr/bin/env python3
"""Clones and powers on machines with pyvmomi and prints one JSON line with what it cost.

usage: clones.py HOST PORT USER PASSWORD MASTER_PATH SNAPSHOT COUNT THREADS PREFIX WARM
The first WARM machines are not counted; then it prints `begin`.
One property collector for each thread, one filter for each task, as pyvmomi's own samples wait.
"""
import json
import queue
import resource
import ssl
import sys
import threading
import time

from pyVim.connect import Disconnect, SmartConnect
from pyVmomi import SoapAdapter, vim, vmodl

requests = 0
lock = threading.Lock()
invoke = SoapAdapter.SoapStubAdapter.InvokeMethod


def counted(self, mo, info, args, outerStub=None):
    global requests
    with lock:
        requests += 1
    return invoke(self, mo, info, args, outerStub)


SoapAdapter.SoapStubAdapter.InvokeMethod = counted


def wait(pc, task):
    spec = vmodl.query.PropertyCollector.FilterSpec(
        objectSet=[vmodl.query.PropertyCollector.ObjectSpec(obj=task)],
        propSet=[vmodl.query.PropertyCollector.PropertySpec(type=vim.Task, pathSet=['info'])],
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
                        info = change.val if change.name == 'info' else task.info
                        if info.state == vim.TaskInfo.State.success:
                            return info.result
                        if info.state == vim.TaskInfo.State.error:
                            raise info.error
    finally:
        collected.Destroy()


def main():
    host, port, user, password, path, snapshot_name, count, threads, prefix, warm = sys.argv[1:11]
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    si = SmartConnect(host=host, port=int(port), user=user, pwd=password, sslContext=context)
    content = si.content
    master = content.searchIndex.FindByInventoryPath(path)
    snapshot = [t.snapshot for t in master.snapshot.rootSnapshotList if t.name == snapshot_name][0]
    datacenter = content.rootFolder.childEntity[0]
    folder = datacenter.vmFolder
    pool = [c for c in datacenter.hostFolder.childEntity if isinstance(c, vim.ComputeResource)][0].resourcePool
    failures = []

    def work(names):
        pc = content.propertyCollector.CreatePropertyCollector()
        location = vim.vm.RelocateSpec(pool=pool, diskMoveType='createNewChildDiskBacking')
        spec = vim.vm.CloneSpec(location=location, powerOn=False, template=False, snapshot=snapshot)
        try:
            while True:
                try:
                    name = names.get_nowait()
                except queue.Empty:
                    return
                vm = wait(pc, master.CloneVM_Task(folder, name, spec))
                wait(pc, vm.PowerOnVM_Task())
        except Exception as error:  # pylint: disable=broad-except
            failures.append(repr(error))

    def batch(label, size):
        names = queue.Queue()
        for n in range(size):
            names.put('%s-%d' % (label, n))
        workers = [threading.Thread(target=work, args=(names,)) for _ in range(int(threads))]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()

    batch(prefix + '-warm', int(warm))
    print('begin', flush=True)
    global requests
    requests = 0
    cpu = resource.getrusage(resource.RUSAGE_SELF)
    begin = time.time()
    batch(prefix, int(count))
    wall = time.time() - begin
    end = resource.getrusage(resource.RUSAGE_SELF)
    used = requests
    Disconnect(si)
    if failures:
        raise SystemExit(failures[0])
    spent = end.ru_utime + end.ru_stime - cpu.ru_utime - cpu.ru_stime
    print(json.dumps({'wallMs': wall * 1000, 'cpuMs': spent * 1000, 'requests': used}))


main()
