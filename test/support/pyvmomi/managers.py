#!/usr/bin/env python3
"""Reads and uses with pyvmomi what is no machine: licences, counters, networks, custom fields. Prints one JSON line with what it saw.

usage: managers.py HOST PORT USER PASSWORD
Debian's python3-pyvmomi, nothing else.
"""
import json
import ssl
import sys

from pyVim.connect import Disconnect, SmartConnect
from pyVmomi import vim


def fault(call, *args, **kwargs):
    try:
        call(*args, **kwargs)
    except vim.fault.VimFault as met:
        return type(met).__name__.split('.')[-1]
    except Exception as met:  # pylint: disable=broad-except
        return type(met).__name__.split('.')[-1]
    return None


def main():
    host, port, user, password = sys.argv[1:5]
    si = SmartConnect(host=host, port=int(port), user=user, pwd=password, sslContext=ssl._create_unverified_context())
    content = si.content
    view = content.viewManager.CreateContainerView(content.rootFolder, [vim.ManagedEntity], True)
    objects = list(view.view)
    host_system = [o for o in objects if isinstance(o, vim.HostSystem)][0]
    vm = [o for o in objects if isinstance(o, vim.VirtualMachine)][0]
    perf = content.perfManager
    names = {c.groupInfo.key + '.' + c.nameInfo.key + '.' + c.rollupType: c for c in perf.perfCounter}
    usage = names['cpu.usage.average']
    metric = vim.PerformanceManager.MetricId(counterId=usage.key, instance='*')
    spec = vim.PerformanceManager.QuerySpec(entity=host_system, metricId=[metric], intervalId=20, maxSample=2, format='csv')
    answer = perf.QueryPerf(querySpec=[spec])[0]
    fields = content.customFieldsManager
    made = fields.AddCustomFieldDef(name='owner', moType=vim.VirtualMachine)
    fields.SetField(entity=vm, key=made.key, value='ada')
    groups = [o for o in objects if isinstance(o, vim.dvs.DistributedVirtualPortgroup)]
    browser = vm.environmentBrowser
    option = browser.QueryConfigOptionEx(spec=vim.EnvironmentBrowser.ConfigOptionQuerySpec(guestId=['debian12_64Guest']))
    guest = option.guestOSDescriptor[0]
    print(json.dumps({
        'guests': [guest.fullName, guest.recommendedEthernetCard.__name__, guest.recommendedFirmware],
        'hardware': browser.QueryConfigOption(key=None, host=host_system).hardwareOptions.hwVersion,
        'licence': content.licenseManager.licenses[0].editionKey,
        'unit': usage.unitInfo.key,
        'csv': [answer.sampleInfoCSV.split(',')[0], answer.value[0].value],
        'byLevel': len(perf.QueryPerfCounterByLevel(level=1)) < len(perf.QueryPerfCounterByLevel(level=4)),
        'level': fault(perf.QueryPerfCounterByLevel, level=5),
        'unknown': fault(perf.QueryPerfCounter, counterId=[99999]),
        'format': fault(perf.QueryPerf, querySpec=[vim.PerformanceManager.QuerySpec(entity=host_system, format='xml')]),
        'type': made.managedObjectType.__name__,
        'moType': fault(fields.AddCustomFieldDef, name='x', moType=vim.Task),
        'values': [v.value for v in vm.customValue],
        'vlan': sorted(str(g.config.defaultPortConfig.vlan.vlanId) for g in groups if not g.config.uplink),
        'policy': type(groups[0].config.policy).__name__.split('.')[-1],
    }))
    Disconnect(si)


main()
