// Drives a vSphere endpoint with Debian's govmomi, as a stranger would, and prints one line of JSON.
//
// tour URL MASTER SNAPSHOT   walks the inventory and one machine's life
// managers URL MASTER SNAPSHOT   reads and uses what is no machine: licences, counters, networks and so on
// clones URL MASTER SNAPSHOT COUNT WAYS PREFIX ip|power WARM   clones and powers on COUNT machines; with ip waits for each address;
// WARM machines before are not counted, after them it prints "begin"
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"sort"
	"strconv"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/vmware/govmomi"
	"github.com/vmware/govmomi/find"
	"github.com/vmware/govmomi/object"
	"github.com/vmware/govmomi/property"
	"github.com/vmware/govmomi/view"
	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/soap"
	"github.com/vmware/govmomi/vim25/types"
)

func must(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func chain(ctx context.Context, vm *object.VirtualMachine) []string {
	devices, err := vm.Device(ctx)
	must(err)
	names := []string{}
	for _, d := range devices.SelectByType((*types.VirtualDisk)(nil)) {
		b := d.GetVirtualDevice().Backing.(*types.VirtualDiskFlatVer2BackingInfo)
		for ; b != nil; b = b.Parent {
			names = append(names, b.FileName)
		}
	}
	return names
}

// waited runs a task to its end and gives its result.
func waited(ctx context.Context, task *object.Task) *types.TaskInfo {
	info, err := task.WaitForResult(ctx, nil)
	must(err)
	return info
}

type world struct {
	client *govmomi.Client
	finder *find.Finder
	dc     *object.Datacenter
	folder *object.Folder
	master *object.VirtualMachine
	pool   *object.ResourcePool
	snap   *types.ManagedObjectReference
	clone  *object.VirtualMachine // of managers alone
}

func connect(ctx context.Context, address, master, snapshot string) *world {
	u, err := soap.ParseURL(address)
	must(err)
	c, err := govmomi.NewClient(ctx, u, true)
	must(err)
	w := &world{client: c, finder: find.NewFinder(c.Client)}
	w.dc, err = w.finder.DefaultDatacenter(ctx)
	must(err)
	w.finder.SetDatacenter(w.dc)
	folders, err := w.dc.Folders(ctx)
	must(err)
	w.folder = folders.VmFolder
	w.master, err = w.finder.VirtualMachine(ctx, master)
	must(err)
	pools, err := w.finder.ResourcePoolList(ctx, "*/Resources")
	must(err)
	w.pool = pools[0]
	w.snap, err = w.master.FindSnapshot(ctx, snapshot)
	must(err)
	return w
}

func (w *world) spec() types.VirtualMachineCloneSpec {
	pool := w.pool.Reference()
	return types.VirtualMachineCloneSpec{
		Location: types.VirtualMachineRelocateSpec{Pool: &pool, DiskMoveType: "createNewChildDiskBacking"},
		Snapshot: w.snap,
	}
}

func tour(ctx context.Context, args []string) {
	w := connect(ctx, args[0], args[1], args[2])
	c := w.client
	seen := map[string]interface{}{"apiType": c.ServiceContent.About.ApiType, "apiVersion": c.ServiceContent.About.ApiVersion}
	manager := view.NewManager(c.Client)
	v, err := manager.CreateContainerView(ctx, c.ServiceContent.RootFolder, []string{"VirtualMachine", "HostSystem", "Datastore"}, true)
	must(err)
	var vms []mo.VirtualMachine
	must(v.Retrieve(ctx, []string{"VirtualMachine"}, nil, &vms))
	var hosts []mo.HostSystem
	must(v.Retrieve(ctx, []string{"HostSystem"}, []string{"summary", "runtime", "capability", "datastore"}, &hosts))
	var stores []mo.Datastore
	must(v.Retrieve(ctx, []string{"Datastore"}, nil, &stores))
	seen["vms"], seen["hosts"], seen["datastores"] = len(vms), len(hosts), len(stores)

	updates := make(chan int, 1)
	watching, stop := context.WithCancel(ctx)
	filter := new(property.WaitFilter).Add(v.Reference(), "VirtualMachine", []string{"name", "runtime.powerState"}, v.TraversalSpec())
	filter.Options = &types.WaitOptions{}
	go func() {
		n := 0
		pc, perr := c.PropertyCollector().Create(ctx)
		must(perr)
		_ = property.WaitForUpdates(watching, pc, filter, func(set []types.ObjectUpdate) bool {
			for _, u := range set {
				if u.Kind == types.ObjectUpdateKindModify {
					for _, change := range u.ChangeSet {
						if change.Name == "runtime.powerState" && change.Val == types.VirtualMachinePowerStatePoweredOn {
							n++
						}
					}
				}
			}
			return n > 0
		})
		updates <- n
	}()

	name := "go-clone"
	info := waited(ctx, begun(w.master.Clone(ctx, w.folder, name, w.spec())))
	clone := object.NewVirtualMachine(c.Client, info.Result.(types.ManagedObjectReference))
	seen["chain"] = chain(ctx, clone)
	task, err := w.master.Clone(ctx, w.folder, name, w.spec())
	must(err)
	_, err = task.WaitForResult(ctx, nil)
	if err == nil {
		must(fmt.Errorf("the name was given twice"))
	}
	seen["second"] = err.Error()
	waited(ctx, begun(clone.CreateSnapshot(ctx, "user", "", false, false)))
	seen["afterSnapshot"] = len(chain(ctx, clone))
	waited(ctx, begun(clone.PowerOn(ctx)))
	ip, err := clone.WaitForIP(ctx, true)
	must(err)
	seen["ip"] = ip
	select {
	case seen["powerUpdates"] = <-updates:
	case <-time.After(20 * time.Second):
		must(fmt.Errorf("no update of the power state"))
	}
	stop()
	ticket, err := clone.AcquireTicket(ctx, "webmks")
	must(err)
	seen["ticket"] = ticket.Ticket != ""
	store, err := w.finder.Datastore(ctx, "ds0")
	must(err)
	browser, err := store.Browser(ctx)
	must(err)
	result := waited(ctx, begun(browser.SearchDatastore(ctx, "[ds0] "+name, &types.HostDatastoreBrowserSearchSpec{MatchPattern: []string{"*.vmdk"}})))
	files := []string{}
	for _, f := range result.Result.(types.HostDatastoreBrowserSearchResults).File {
		files = append(files, f.GetFileInfo().Path)
	}
	sort.Strings(files)
	seen["files"] = files
	host, err := clone.HostSystem(ctx)
	must(err)
	hostName, err := host.ObjectName(ctx)
	must(err)
	seen["host"] = hostName
	waited(ctx, begun(clone.PowerOff(ctx)))
	waited(ctx, begun(clone.RemoveSnapshot(ctx, "user", false, nil)))
	seen["afterRemove"] = len(chain(ctx, clone))
	waited(ctx, begun(clone.Destroy(ctx)))
	_, err = w.finder.VirtualMachine(ctx, name)
	_, isGone := err.(*find.NotFoundError)
	seen["destroyed"] = isGone
	must(c.Logout(ctx))
	print(seen)
}

// begun gives the task that a call started.
func begun(task *object.Task, err error) *object.Task {
	must(err)
	return task
}

func print(seen map[string]interface{}) {
	line, err := json.Marshal(seen)
	must(err)
	fmt.Println(string(line))
}

// counted counts requests on their way to the server.
type counted struct {
	inner    soap.RoundTripper
	requests int64
}

func (c *counted) RoundTrip(ctx context.Context, req, res soap.HasFault) error {
	atomic.AddInt64(&c.requests, 1)
	return c.inner.RoundTrip(ctx, req, res)
}

func cpuTime() time.Duration {
	var usage syscall.Rusage
	must(syscall.Getrusage(syscall.RUSAGE_SELF, &usage))
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

// batch clones and powers on so many machines, each of the ways one after the other.
func (w *world) batch(ctx context.Context, prefix string, count, ways int, ip bool) {
	var group sync.WaitGroup
	names := make(chan string)
	for i := 0; i < ways; i++ {
		group.Add(1)
		go func() {
			defer group.Done()
			for name := range names {
				info := waited(ctx, begun(w.master.Clone(ctx, w.folder, name, w.spec())))
				vm := object.NewVirtualMachine(w.client.Client, info.Result.(types.ManagedObjectReference))
				waited(ctx, begun(vm.PowerOn(ctx)))
				if ip {
					_, err := vm.WaitForIP(ctx, true)
					must(err)
				}
			}
		}()
	}
	for i := 0; i < count; i++ {
		names <- fmt.Sprintf("%s-%d", prefix, i)
	}
	close(names)
	group.Wait()
}

func clones(ctx context.Context, args []string) {
	w := connect(ctx, args[0], args[1], args[2])
	count, err := strconv.Atoi(args[3])
	must(err)
	ways, err := strconv.Atoi(args[4])
	must(err)
	warm, err := strconv.Atoi(args[7])
	must(err)
	counter := &counted{inner: w.client.Client.RoundTripper}
	w.client.Client.RoundTripper = counter
	w.batch(ctx, args[5]+"-warm", warm, ways, args[6] == "ip")
	fmt.Println("begin")
	atomic.StoreInt64(&counter.requests, 0)
	before := cpuTime()
	begin := time.Now()
	w.batch(ctx, args[5], count, ways, args[6] == "ip")
	wall := time.Since(begin)
	cpu := cpuTime() - before
	requests := atomic.LoadInt64(&counter.requests)
	must(w.client.Logout(ctx))
	print(map[string]interface{}{"wallMs": wall.Milliseconds(), "cpuMs": cpu.Milliseconds(), "requests": requests})
}

// withUser puts the credentials of the environment into an address.
func withUser(address string) string {
	u, err := url.Parse(address)
	must(err)
	u.User = url.UserPassword(os.Getenv("TOUR_USER"), os.Getenv("TOUR_PASSWORD"))
	return u.String()
}

func main() {
	ctx := context.Background()
	args := os.Args[2:]
	args[0] = withUser(args[0])
	switch os.Args[1] {
	case "tour":
		tour(ctx, args)
	case "managers":
		managers(ctx, args)
	case "clones":
		clones(ctx, args)
	default:
		must(fmt.Errorf("no such command: %s", os.Args[1]))
	}
}
