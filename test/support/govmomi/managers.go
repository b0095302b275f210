package main

import (
	"context"
	"crypto/sha1"
	"fmt"
	"io/ioutil"
	"os"
	"path/filepath"
	"sort"
	"strings"

	"github.com/vmware/govmomi/guest"
	"github.com/vmware/govmomi/license"
	"github.com/vmware/govmomi/object"
	"github.com/vmware/govmomi/ovf"
	"github.com/vmware/govmomi/performance"
	"github.com/vmware/govmomi/task"
	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/soap"
	"github.com/vmware/govmomi/vim25/types"
)

// fault gives the type's name of the fault that a call met; a call that met none ends the program.
func fault(err error) string {
	if err == nil {
		must(fmt.Errorf("this should have been refused"))
	}
	if soap.IsSoapFault(err) {
		return fmt.Sprintf("%T", soap.ToSoapFault(err).VimFault())[len("types."):]
	}
	must(err)
	return ""
}

// licences reads what `license.ls`, `license.assigned.ls` and `about -l` read.
func (w *world) licences(ctx context.Context) map[string]interface{} {
	m := license.NewManager(w.client.Client)
	list, err := m.List(ctx)
	must(err)
	assigner, err := m.AssignmentManager(ctx)
	must(err)
	assigned, err := assigner.QueryAssigned(ctx, "")
	must(err)
	of, err := assigner.QueryAssigned(ctx, assigned[1].EntityId)
	must(err)
	var props mo.LicenseManager
	must(m.Properties(ctx, m.Reference(), nil, &props))
	return map[string]interface{}{
		"edition": list[0].EditionKey, "dvs": len(list.WithFeature("dvs")), "assigned": len(assigned), "ofOne": of[0].EntityId,
		"hours": props.Evaluation.Properties[0].Value, "source": fmt.Sprintf("%T", props.Source),
	}
}

// counters reads what `metric.ls`, `metric.info`, `metric.interval.info` and `metric.sample` read.
func (w *world) counters(ctx context.Context) map[string]interface{} {
	m := performance.NewManager(w.client.Client)
	m.Sort = true
	intervals, err := m.HistoricalInterval(ctx)
	must(err)
	summary, err := m.ProviderSummary(ctx, w.master.Reference())
	must(err)
	hosts, err := w.finder.HostSystemList(ctx, "*")
	must(err)
	host := hosts[0].Reference()
	available, err := m.AvailableMetric(ctx, host, summary.RefreshRate)
	must(err)
	off, err := m.AvailableMetric(ctx, w.master.Reference(), summary.RefreshRate)
	must(err)
	spec := types.PerfQuerySpec{MaxSample: 3, IntervalId: summary.RefreshRate}
	raw, err := m.SampleByName(ctx, spec, []string{"cpu.usagemhz.average", "mem.consumed.average"}, []types.ManagedObjectReference{host, w.master.Reference()})
	must(err)
	series, err := m.ToMetricSeries(ctx, raw)
	must(err)
	names := []string{}
	for _, v := range series[0].Value {
		names = append(names, v.Name+" "+v.ValueCSV())
	}
	_, err = m.Query(ctx, []types.PerfQuerySpec{{Entity: host, MetricId: []types.PerfMetricId{{CounterId: 99999}}}})
	unknown := fault(err)
	_, err = m.AvailableMetric(ctx, host, 21)
	interval := fault(err)
	_, err = m.ProviderSummary(ctx, w.client.ServiceContent.RootFolder)
	return map[string]interface{}{
		"intervals": len(intervals), "refresh": summary.RefreshRate, "available": len(available), "ofOneThatIsOff": len(off), "entities": len(series),
		"samples": len(series[0].SampleInfo), "series": names, "unknownCounter": unknown, "unknownInterval": interval, "ofAFolder": fault(err),
	}
}

// networks reads what `dvs.portgroup.info` and `vm.network.add` read of distributed port groups.
func (w *world) networks(ctx context.Context) map[string]interface{} {
	list, err := w.finder.NetworkList(ctx, "*")
	must(err)
	seen := map[string]interface{}{}
	names := []string{}
	for _, n := range list {
		switch n := n.(type) {
		case *object.DistributedVirtualPortgroup:
			backing, err := n.EthernetCardBackingInfo(ctx)
			must(err)
			port := backing.(*types.VirtualEthernetCardDistributedVirtualPortBackingInfo).Port
			var pg mo.DistributedVirtualPortgroup
			must(n.Properties(ctx, n.Reference(), nil, &pg))
			policy := pg.Config.Policy.(*types.VMwareDVSPortgroupPolicy)
			setting := pg.Config.DefaultPortConfig.(*types.VMwareDVSPortSetting)
			vlan := ""
			switch v := setting.Vlan.(type) {
			case *types.VmwareDistributedVirtualSwitchVlanIdSpec:
				vlan = fmt.Sprint(v.VlanId)
			case *types.VmwareDistributedVirtualSwitchTrunkVlanSpec:
				vlan = fmt.Sprintf("%d-%d", v.VlanId[0].Start, v.VlanId[0].End)
			}
			names = append(names, fmt.Sprintf("%s: %t, %t, %s, vlan %s, %s", pg.Config.Name, port.PortgroupKey == pg.Key, policy.BlockOverrideAllowed,
				setting.UplinkTeamingPolicy.Policy.Value, vlan, fmt.Sprint(*setting.SecurityPolicy.MacChanges.Value)))
		case *object.DistributedVirtualSwitch:
			var dvs mo.DistributedVirtualSwitch
			must(n.Properties(ctx, n.Reference(), nil, &dvs))
			config := dvs.Config.(*types.VMwareDVSConfigInfo)
			seen["switch"] = fmt.Sprintf("%s %s, %d uplinks, mtu %d", dvs.Summary.ProductInfo.Vendor, config.ProductInfo.Name,
				len(config.UplinkPortPolicy.(*types.DVSNameArrayUplinkPortPolicy).UplinkPortName), config.MaxMtu)
		}
	}
	sort.Strings(names)
	seen["portgroups"] = names
	return seen
}

// fields does what `fields.add`, `fields.ls`, `fields.set`, `fields.rename` and `fields.rm` do.
func (w *world) fields(ctx context.Context) map[string]interface{} {
	m, err := object.GetCustomFieldsManager(w.client.Client)
	must(err)
	owner, err := m.Add(ctx, "owner", "VirtualMachine", nil, nil)
	must(err)
	room, err := m.Add(ctx, "room", "", nil, nil)
	must(err)
	_, err = m.Add(ctx, "owner", "VirtualMachine", nil, nil)
	twice := fault(err)
	vm := w.clone.Reference()
	must(m.Set(ctx, vm, owner.Key, "ada"))
	must(m.Set(ctx, vm, room.Key, "4.1"))
	byName := func(name string) error {
		_, err := methods.SetCustomValue(ctx, w.client.Client, &types.SetCustomValue{This: vm, Key: name, Value: "4.2"})
		return err
	}
	must(byName("room"))
	folder := w.folder.Reference()
	must(m.Set(ctx, folder, room.Key, "5"))
	ofAFolder := fault(m.Set(ctx, folder, owner.Key, "ada"))
	unknown := fault(m.Set(ctx, vm, 9999, "x"))
	must(m.Rename(ctx, owner.Key, "tenant"))
	defs, err := m.Field(ctx)
	must(err)
	read := func() (list []string, available int) {
		var props mo.VirtualMachine
		must(w.clone.Properties(ctx, vm, []string{"customValue", "value", "availableField", "summary"}, &props))
		for i, v := range props.CustomValue {
			defs, err := m.Field(ctx)
			must(err)
			value := v.(*types.CustomFieldStringValue)
			same := *props.Summary.CustomValue[i].(*types.CustomFieldStringValue) == *value && *props.Value[i].(*types.CustomFieldStringValue) == *value
			list = append(list, fmt.Sprintf("%s=%s %t", defs.ByKey(value.Key).Name, value.Value, same))
		}
		return list, len(props.AvailableField)
	}
	values, available := read()
	must(m.Remove(ctx, owner.Key))
	after, _ := read()
	return map[string]interface{}{"type": defs[0].ManagedObjectType, "twice": twice, "ofAFolder": ofAFolder, "unknown": unknown, "unknownName": fault(byName("rooms")), "values": values,
		"available": available, "after": after, "gone": fault(m.Remove(ctx, owner.Key))}
}

// methods does what `object.method` does.
func (w *world) disabling(ctx context.Context) map[string]interface{} {
	m := object.NewAuthorizationManager(w.client.Client)
	vm := []types.ManagedObjectReference{w.clone.Reference()}
	off := []object.DisabledMethodRequest{{Method: "PowerOffVM_Task", Reason: "busy"}}
	must(m.DisableMethods(ctx, vm, off, "backup"))
	must(m.DisableMethods(ctx, vm, off, "audit"))
	disabled := func() []string {
		var props mo.VirtualMachine
		must(w.clone.Properties(ctx, vm[0], []string{"disabledMethod"}, &props))
		return props.DisabledMethod
	}
	before := disabled()
	_, err := w.clone.PowerOff(ctx)
	refused := fault(err)
	must(m.EnableMethods(ctx, vm, []string{"PowerOffVM_Task"}, "backup"))
	still := disabled()
	must(m.EnableMethods(ctx, vm, []string{"PowerOffVM_Task"}, "audit"))
	return map[string]interface{}{"disabled": before, "refused": refused, "stillByTheOther": still, "after": len(disabled()),
		"nothing": fault(m.DisableMethods(ctx, vm, nil, "backup"))}
}

// disks does what `datastore.disk.info` does.
func (w *world) disks(ctx context.Context) map[string]interface{} {
	m := object.NewVirtualDiskManager(w.client.Client)
	leaf := chain(ctx, w.clone)[0]
	read := func(parents bool) []string {
		list, err := m.QueryVirtualDiskInfo(ctx, leaf, w.dc, parents)
		must(err)
		names := []string{}
		for _, d := range list {
			names = append(names, fmt.Sprintf("%s %s <%s>", d.Name, d.DiskType, d.Parent))
		}
		return names
	}
	_, err := m.QueryVirtualDiskInfo(ctx, "[ds0] nowhere/nothing.vmdk", w.dc, true)
	return map[string]interface{}{"one": read(false), "chain": read(true), "missing": taskFault(err)}
}

// pools does what `pool.change` and `pool.info` do.
func (w *world) pools(ctx context.Context) map[string]interface{} {
	half := func(reservation int64) types.ResourceAllocationInfo {
		limit, yes := int64(-1), true
		return types.ResourceAllocationInfo{Reservation: &reservation, Limit: &limit, ExpandableReservation: &yes,
			Shares: &types.SharesInfo{Level: types.SharesLevelNormal}}
	}
	pool, err := w.pool.Create(ctx, "class", types.ResourceConfigSpec{CpuAllocation: half(0), MemoryAllocation: half(0)})
	must(err)
	other, err := w.pool.Create(ctx, "other", types.ResourceConfigSpec{CpuAllocation: half(0), MemoryAllocation: half(128)})
	must(err)
	var made mo.ResourcePool
	must(other.Properties(ctx, other.Reference(), []string{"config"}, &made))
	spec := types.ResourceConfigSpec{CpuAllocation: half(2000), MemoryAllocation: half(4096)}
	spec.CpuAllocation.Shares = &types.SharesInfo{Level: types.SharesLevelHigh}
	must(pool.UpdateConfig(ctx, "lab", &spec))
	var props mo.ResourcePool
	must(pool.Properties(ctx, pool.Reference(), []string{"name", "config", "summary"}, &props))
	cpu := props.Config.CpuAllocation
	big := types.ResourceConfigSpec{CpuAllocation: half(0), MemoryAllocation: half(1 << 40)}
	low := int64(10)
	short := types.ResourceConfigSpec{CpuAllocation: half(2000), MemoryAllocation: half(0)}
	short.CpuAllocation.Limit = &low
	stale := types.ResourceConfigSpec{ChangeVersion: "0", CpuAllocation: half(0), MemoryAllocation: half(0)}
	return map[string]interface{}{"name": props.Name, "made": *made.Config.MemoryAllocation.Reservation, "cpu": fmt.Sprintf("%d MHz, %d shares", *cpu.Reservation, cpu.Shares.Shares),
		"memory": *props.Summary.GetResourcePoolSummary().Config.MemoryAllocation.Reservation, "duplicate": fault(pool.UpdateConfig(ctx, "other", nil)),
		"tooMuch": fault(pool.UpdateConfig(ctx, "", &big)), "limit": fault(pool.UpdateConfig(ctx, "", &short)),
		"stale": fault(pool.UpdateConfig(ctx, "", &stale)), "root": fault(w.pool.UpdateConfig(ctx, "mine", nil))}
}

// cluster does what `cluster.change` does, and reads what machines can be made of.
func (w *world) cluster(ctx context.Context) map[string]interface{} {
	c, err := w.finder.DefaultClusterComputeResource(ctx)
	must(err)
	yes, no := true, false
	drs := func(config types.ClusterDrsConfigInfo) error {
		t, err := c.Reconfigure(ctx, &types.ClusterConfigSpecEx{DrsConfig: &config}, true)
		if err == nil {
			waited(ctx, t)
		}
		return err
	}
	is := func() string {
		config, err := c.Configuration(ctx)
		must(err)
		return fmt.Sprintf("%t %s", *config.DrsConfig.Enabled, config.DrsConfig.DefaultVmBehavior)
	}
	must(drs(types.ClusterDrsConfigInfo{Enabled: &no}))
	states := []string{is()}
	must(drs(types.ClusterDrsConfigInfo{Enabled: &yes, DefaultVmBehavior: types.DrsBehaviorPartiallyAutomated}))
	states = append(states, is())
	wrong := fault(drs(types.ClusterDrsConfigInfo{VmotionRate: 9}))
	var props mo.ClusterComputeResource
	must(c.Properties(ctx, c.Reference(), []string{"environmentBrowser"}, &props))
	target, err := methods.QueryConfigTarget(ctx, w.client.Client, &types.QueryConfigTarget{This: *props.EnvironmentBrowser})
	must(err)
	t := target.Returnval
	return map[string]interface{}{"drs": states, "wrong": wrong, "stores": len(t.Datastore), "networks": len(t.Network),
		"portgroups": len(t.DistributedVirtualPortgroup), "free": t.Datastore[0].Datastore.FreeSpace > 0, "network": t.Network[0].Network.GetNetworkSummary().Name}
}

// options does what `vm.option.ls`, `vm.option.info` and `vm.create` do.
func (w *world) options(ctx context.Context) map[string]interface{} {
	c, err := w.finder.DefaultClusterComputeResource(ctx)
	must(err)
	var props mo.ClusterComputeResource
	must(c.Properties(ctx, c.Reference(), []string{"environmentBrowser", "host"}, &props))
	browser := *props.EnvironmentBrowser
	list, err := methods.QueryConfigOptionDescriptor(ctx, w.client.Client, &types.QueryConfigOptionDescriptor{This: browser})
	must(err)
	def := ""
	for _, d := range list.Returnval {
		if *d.DefaultConfigOption {
			def += fmt.Sprintf("%s %s, %d hosts, %t %t", d.Key, d.Description, len(d.Host), *d.CreateSupported, *d.RunSupported)
		}
	}
	first, last := list.Returnval[0].Key, list.Returnval[len(list.Returnval)-1].Key
	query := func(spec *types.EnvironmentBrowserConfigOptionQuerySpec) (*types.VirtualMachineConfigOption, error) {
		res, err := methods.QueryConfigOptionEx(ctx, w.client.Client, &types.QueryConfigOptionEx{This: browser, Spec: spec})
		if err != nil {
			return nil, err
		}
		return res.Returnval, nil
	}
	one, err := query(&types.EnvironmentBrowserConfigOptionQuerySpec{Key: "vmx-13", Host: &props.Host[0], GuestId: []string{"ubuntu64Guest", "noGuest"}})
	must(err)
	g := one.GuestOSDescriptor[0]
	all, err := query(nil)
	must(err)
	none, err := query(&types.EnvironmentBrowserConfigOptionQuerySpec{GuestId: []string{"noGuest"}})
	must(err)
	old, err := methods.QueryConfigOption(ctx, w.client.Client, &types.QueryConfigOption{This: browser, Key: first})
	must(err)
	_, err = query(&types.EnvironmentBrowserConfigOptionQuerySpec{Key: "vmx-99"})
	key := fault(err)
	vm := w.clone.Reference()
	_, err = query(&types.EnvironmentBrowserConfigOptionQuerySpec{Host: &vm})
	host := fault(err)
	create := func(guest, version string) (string, error) {
		task, err := w.folder.CreateVM(ctx, types.VirtualMachineConfigSpec{Name: "go-option", GuestId: guest, Version: version,
			Files: &types.VirtualMachineFileInfo{VmPathName: "[ds0]"}}, w.pool, nil)
		must(err)
		info, err := task.WaitForResult(ctx, nil)
		if err != nil {
			return "", err
		}
		var made mo.VirtualMachine
		vm := object.NewVirtualMachine(w.client.Client, info.Result.(types.ManagedObjectReference))
		must(vm.Properties(ctx, vm.Reference(), []string{"config"}, &made))
		waited(ctx, begun(vm.Destroy(ctx)))
		return made.Config.GuestFullName + " " + made.Config.Version, nil
	}
	made, err := create(g.Id, "vmx-13")
	must(err)
	plain, err := create("", "")
	must(err)
	_, badGuest := create("noGuest", "")
	_, badVersion := create("", "vmx-99")
	return map[string]interface{}{"versions": first + " to " + last, "default": def, "chosen": fmt.Sprintf("%s %d, %d of %s %s %d MB", one.Version, one.HardwareOptions.HwVersion,
		len(one.GuestOSDescriptor), g.Family, g.FullName, g.RecommendedMemMB), "devices": len(one.DefaultDevice),
		"whole": len(none.GuestOSDescriptor) == len(all.GuestOSDescriptor), "fewer": len(old.Returnval.GuestOSDescriptor) < len(all.GuestOSDescriptor),
		"key": key, "host": host, "made": made, "plain": plain, "badGuest": taskFault(badGuest), "badVersion": taskFault(badVersion)}
}

// export does what `export.ovf` does with a machine's disks, and leaves the one disk in TOUR_DIR.
func (w *world) export(ctx context.Context) map[string]interface{} {
	_, err := w.clone.Export(ctx)
	running := fault(err)
	info := waited(ctx, begun(w.master.Clone(ctx, w.folder, "go-export", w.spec())))
	vm := object.NewVirtualMachine(w.client.Client, info.Result.(types.ManagedObjectReference))
	lease, err := vm.Export(ctx)
	must(err)
	ready, err := lease.Wait(ctx, nil)
	must(err)
	item := ready.Items[0]
	must(lease.Progress(ctx, 10))
	manifest := func() []types.HttpNfcLeaseManifestEntry {
		res, err := methods.HttpNfcLeaseGetManifest(ctx, w.client.Client, &types.HttpNfcLeaseGetManifest{This: lease.Reference()})
		must(err)
		return res.Returnval
	}
	before := len(manifest())
	task, err := vm.PowerOn(ctx)
	must(err)
	_, err = task.WaitForResult(ctx, nil)
	held := taskFault(err)
	file := filepath.Join(os.Getenv("TOUR_DIR"), item.Path)
	must(lease.DownloadFile(ctx, file, item, soap.DefaultDownload))
	entries := manifest()
	data, err := ioutil.ReadFile(file)
	must(err)
	same := fmt.Sprintf("%x", sha1.Sum(data)) == entries[0].Sha1 && entries[0].Size == int64(len(data))
	percent := fault(lease.Progress(ctx, 101))
	must(lease.Complete(ctx))
	over := fault(lease.Complete(ctx))
	gone := lease.DownloadFile(ctx, file+".2", item, soap.DefaultDownload) != nil
	described := w.describe(ctx, vm, item.File(), int64(len(data)))
	waited(ctx, begun(vm.Destroy(ctx)))
	return map[string]interface{}{"running": running, "held": held, "key": len(item.DeviceId) > 0, "before": before, "entries": len(entries), "same": same, "percent": percent,
		"over": over, "gone": gone, "path": item.Path, "described": described}
}

// describe does the rest of `export.ovf`: the description, read back by govmomi's own reader.
func (w *world) describe(ctx context.Context, vm *object.VirtualMachine, file types.OvfFile, size int64) map[string]interface{} {
	m := ovf.NewManager(w.client.Client)
	file.Size = size
	create := func(of types.ManagedObjectReference, params types.OvfCreateDescriptorParams) (*ovf.Envelope, string, error) {
		result, err := m.CreateDescriptor(ctx, of, params)
		if err != nil {
			return nil, "", err
		}
		envelope, err := ovf.Unmarshal(strings.NewReader(result.OvfDescriptor))
		must(err)
		return envelope, result.OvfDescriptor, nil
	}
	files := []types.OvfFile{file}
	e, plain, err := create(vm.Reference(), types.OvfCreateDescriptorParams{Name: "lab & co", Description: "of <today>", OvfFiles: files})
	must(err)
	hardware := e.VirtualSystem.VirtualHardware[0]
	items := []string{}
	for _, i := range hardware.Item {
		kind := ""
		if i.ResourceSubType != nil {
			kind = *i.ResourceSubType
		}
		of := ""
		if i.Parent != nil {
			of = " on " + *i.Parent
		}
		items = append(items, strings.TrimSpace(fmt.Sprintf("%s %d %s%s", i.InstanceID, *i.ResourceType, kind, of)))
	}
	f, d := e.References[0], e.Disk.Disks[0]
	empty, _, err := create(vm.Reference(), types.OvfCreateDescriptorParams{})
	must(err)
	_, whole, err := create(vm.Reference(), types.OvfCreateDescriptorParams{ExportOption: []string{"mac", "extraconfig"}})
	must(err)
	refused := func(of types.ManagedObjectReference, params types.OvfCreateDescriptorParams) string {
		_, _, err := create(of, params)
		return fault(err)
	}
	other := file
	other.DeviceId = "/vm-1/VirtualLsiLogicController0:0"
	var props mo.VirtualMachine
	must(vm.Properties(ctx, vm.Reference(), []string{"config.hardware.device"}, &props))
	mac := object.VirtualDeviceList(props.Config.Hardware.Device).PrimaryMacAddress()
	return map[string]interface{}{"system": fmt.Sprintf("%s, %s, %s, %s", *e.VirtualSystem.Name, e.VirtualSystem.Annotation[0].Annotation, *e.VirtualSystem.OperatingSystem[0].OSType,
		*hardware.System.VirtualSystemType), "items": items, "networks": fmt.Sprint(e.Network.Networks),
		"file": f.Href == file.Path && int64(f.Size) == size && f.ID == *d.FileRef, "capacity": d.Capacity + " " + *d.CapacityAllocationUnits,
		"empty": len(empty.References) == 0 && empty.Disk.Disks[0].FileRef == nil, "name": *empty.VirtualSystem.Name,
		"mac":   strings.Contains(whole, mac) && !strings.Contains(plain, mac),
		"twice": refused(vm.Reference(), types.OvfCreateDescriptorParams{OvfFiles: append(files, file)}), "device": refused(vm.Reference(), types.OvfCreateDescriptorParams{OvfFiles: []types.OvfFile{other}}),
		"option": refused(vm.Reference(), types.OvfCreateDescriptorParams{ExportOption: []string{"secrets"}}), "folder": refused(w.folder.Reference(), types.OvfCreateDescriptorParams{}),
		"snapshot": refused(vm.Reference(), types.OvfCreateDescriptorParams{Snapshot: w.snap})}
}

// pods does what `datastore.cluster.info` and `vm.clone -datastore-cluster` do, once a cluster of datastores was made.
func (w *world) pods(ctx context.Context) map[string]interface{} {
	folders, err := w.dc.Folders(ctx)
	must(err)
	stores := folders.DatastoreFolder.Reference()
	make := func(in types.ManagedObjectReference) (*types.CreateStoragePodResponse, error) {
		return methods.CreateStoragePod(ctx, w.client.Client, &types.CreateStoragePod{This: in, Name: "bulk"})
	}
	_, err = make(stores)
	must(err)
	_, err = make(stores)
	twice := fault(err)
	_, err = make(w.folder.Reference())
	wrongFolder := fault(err)
	pod, err := w.finder.DatastoreCluster(ctx, "bulk")
	must(err)
	vm, ref := w.clone.Reference(), pod.Reference()
	place := func(kind, name string) (*types.StoragePlacementResult, error) {
		folder, spec := w.folder.Reference(), w.spec()
		return object.NewStorageResourceManager(w.client.Client).RecommendDatastores(ctx, types.StoragePlacementSpec{Type: kind, Vm: &vm, Folder: &folder,
			CloneName: name, CloneSpec: &spec, PodSelectionSpec: types.StorageDrsPodSelectionSpec{StoragePod: &ref}})
	}
	_, err = place("clone", "go-pod")
	empty := fault(err)
	store, err := w.finder.Datastore(ctx, "ds1")
	must(err)
	waited(ctx, begun(pod.MoveInto(ctx, []types.ManagedObjectReference{store.Reference()})))
	var props mo.StoragePod
	must(pod.Properties(ctx, ref, nil, &props))
	inside, err := w.finder.Datastore(ctx, "bulk/ds1")
	must(err)
	result, err := place("clone", "go-pod")
	must(err)
	action := result.Recommendations[0].Action[0].(*types.StoragePlacementAction)
	spec := w.spec()
	spec.Location.Datastore = action.RelocateSpec.Datastore
	spec.Location.DiskMoveType = "moveAllDiskBackingsAndDisallowSharing"
	info := waited(ctx, begun(w.master.Clone(ctx, w.folder, "go-pod", spec)))
	made := object.NewVirtualMachine(w.client.Client, info.Result.(types.ManagedObjectReference))
	files := chain(ctx, made)
	waited(ctx, begun(made.Destroy(ctx)))
	_, err = place("clone", "")
	noName := fault(err)
	_, err = place("move", "go-pod")
	kind := fault(err)
	ref = w.folder.Reference()
	_, err = place("clone", "go-pod")
	c := props.PodStorageDrsEntry.StorageDrsConfig.PodConfig
	return map[string]interface{}{"twice": twice, "wrongFolder": wrongFolder, "empty": empty, "inside": inside.Reference() == store.Reference(),
		"summary": fmt.Sprintf("%s %t, %t %s", props.Summary.Name, props.Summary.Capacity > 0, c.Enabled, c.DefaultVmBehavior),
		"advice":  len(result.Recommendations), "chosen": action.Destination == store.Reference() && *action.Vm == vm, "files": files,
		"noName": noName, "kind": kind, "noPod": fault(err)}
}

// inside does what `guest.ls` and `vm.keystrokes` do.
func (w *world) inside(ctx context.Context) map[string]interface{} {
	_, err := w.clone.WaitForIP(ctx, true)
	must(err)
	m, err := guest.NewOperationsManager(w.client.Client, w.clone.Reference()).FileManager(ctx)
	must(err)
	auth := &types.NamePasswordAuthentication{Username: os.Getenv("TOUR_GUEST_USER"), Password: os.Getenv("TOUR_GUEST_PASSWORD")}
	list := func(path string, index, max int32, pattern string) []string {
		info, err := m.ListFiles(ctx, auth, path, index, max, pattern)
		must(err)
		names := []string{}
		for _, f := range info.Files {
			names = append(names, fmt.Sprintf("%s %s %t", f.Path, f.Type, f.Attributes.GetGuestFileAttributes().ModificationTime != nil))
		}
		return append(names, fmt.Sprint(info.Remaining))
	}
	_, err = m.ListFiles(ctx, auth, "/nowhere", 0, 0, "")
	missing := fault(err)
	_, err = m.ListFiles(ctx, auth, "/", 0, 0, "(")
	pattern := fault(err)
	keys := types.UsbScanCodeSpec{}
	yes := true
	for _, code := range []int32{0x0b, 0x0c, 0x1e} {
		keys.KeyEvents = append(keys.KeyEvents, types.UsbScanCodeSpecKeyEvent{UsbHidCode: code<<16 | 7})
	}
	keys.KeyEvents[0].Modifiers = &types.UsbScanCodeSpecModifierType{LeftShift: &yes}
	keys.KeyEvents[2].Modifiers = &types.UsbScanCodeSpecModifierType{LeftShift: &yes}
	keys.KeyEvents = append(keys.KeyEvents, types.UsbScanCodeSpecKeyEvent{UsbHidCode: 0x06<<16 | 7, Modifiers: &types.UsbScanCodeSpecModifierType{LeftControl: &yes}})
	keys.KeyEvents = append(keys.KeyEvents, types.UsbScanCodeSpecKeyEvent{UsbHidCode: 0x06})
	typed, err := w.clone.PutUsbScanCodes(ctx, keys)
	must(err)
	_, err = w.master.PutUsbScanCodes(ctx, keys)
	return map[string]interface{}{"root": list("/", 0, 50, ""), "page": list("/", 2, 1, ""), "some": list("/etc", 0, 50, "^machine"),
		"file": list("/etc/machine-id", 0, 50, ""), "missing": missing, "pattern": pattern, "typed": typed, "off": fault(err)}
}

// others touches what clients take for granted, though nothing is in it here.
func (w *world) others(ctx context.Context) map[string]interface{} {
	content := w.client.ServiceContent
	manager, err := object.GetExtensionManager(w.client.Client)
	must(err)
	list, err := manager.List(ctx)
	must(err)
	found, err := manager.Find(ctx, "com.example")
	must(err)
	alarms, err := methods.GetAlarm(ctx, w.client.Client, &types.GetAlarm{This: *content.AlarmManager})
	must(err)
	_, err = object.NewDiagnosticManager(w.client.Client).QueryDescriptions(ctx, nil)
	logs := fault(err)
	_, err = object.NewStorageResourceManager(w.client.Client).RecommendDatastores(ctx, types.StoragePlacementSpec{Type: "create"})
	named := 0
	for _, ref := range []*types.ManagedObjectReference{content.OvfManager, content.UserDirectory, content.DvSwitchManager, content.IpPoolManager,
		content.ScheduledTaskManager, content.VmProvisioningChecker, content.VmCompatibilityChecker} {
		if ref != nil {
			named++
		}
	}
	return map[string]interface{}{"extensions": len(list), "found": found != nil,
		"alarms": len(alarms.Returnval), "logs": logs, "recommend": fault(err), "named": named}
}

// taskFault gives the type's name of the fault with which a task ended.
func taskFault(err error) string {
	failed, ok := err.(task.Error)
	if !ok {
		must(fmt.Errorf("no task's fault: %v", err))
	}
	return fmt.Sprintf("%T", failed.Fault())[len("*types."):]
}

// managers reads and uses the managers that a client may count on, as the commands of govc do.
func managers(ctx context.Context, args []string) {
	w := connect(ctx, args[0], args[1], args[2])
	info := waited(ctx, begun(w.master.Clone(ctx, w.folder, "go-managers", w.spec())))
	w.clone = object.NewVirtualMachine(w.client.Client, info.Result.(types.ManagedObjectReference))
	waited(ctx, begun(w.clone.PowerOn(ctx)))
	print(map[string]interface{}{"licences": w.licences(ctx), "counters": w.counters(ctx), "networks": w.networks(ctx),
		"fields": w.fields(ctx), "methods": w.disabling(ctx), "disks": w.disks(ctx),
		"pools": w.pools(ctx), "cluster": w.cluster(ctx), "inside": w.inside(ctx), "options": w.options(ctx), "export": w.export(ctx), "pods": w.pods(ctx), "tagging": w.tagging(ctx),
		"others": w.others(ctx)})
}
