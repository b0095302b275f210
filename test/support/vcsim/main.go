// A small program around govmomi's simulator, as Debian packages it: starts a vCenter or an ESXi host on a loopback port
// and prints one line of JSON. It ends when its standard input does, so that it never outlives the test that started it.
package main

import (
	"crypto/tls"
	"encoding/json"
	"flag"
	"io"
	"log"
	"net/url"
	"os"
	"time"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/types"
)

// teller makes up for what this version of the simulator leaves out: a reconfiguration that changes only extraConfig is told to nobody who
// waits for updates, which no server does. Without it a test saw its own tags only when they were written before the machine was first told of.
type teller struct{}

func (teller) Reference() types.ManagedObjectReference {
	return types.ManagedObjectReference{Type: "Teller", Value: "teller"}
}

func (teller) PutObject(mo.Reference) {}

func (teller) RemoveObject(types.ManagedObjectReference) {}

func (teller) UpdateObject(obj mo.Reference, changes []types.PropertyChange) {
	task, ok := obj.(*mo.Task)
	if !ok || task.Info.DescriptionId != "VirtualMachine.reconfigVm" || task.Info.State != types.TaskInfoStateSuccess {
		return
	}
	vm, ok := simulator.Map.Get(*task.Info.Entity).(*simulator.VirtualMachine)
	if ok {
		simulator.Map.Update(vm, []types.PropertyChange{{Name: "config.extraConfig", Val: vm.Config.ExtraConfig}})
	}
}

func main() {
	esx := flag.Bool("esx", false, "an ESXi host instead of a vCenter")
	vms := flag.Int("vms", 2, "machines for each resource pool")
	hosts := flag.Int("hosts", 3, "hosts in the cluster")
	verbose := flag.Bool("v", false, "log")
	flag.Parse()
	if !*verbose {
		log.SetOutput(io.Discard)
	}

	model := simulator.VPX()
	if *esx {
		model = simulator.ESX()
	} else {
		model.ClusterHost = *hosts
		model.Host = 0
		model.Datastore = 2
		model.Portgroup = 1
	}
	model.Machine = *vms
	if err := model.Create(); err != nil {
		panic(err)
	}
	simulator.Map.AddHandler(teller{})
	model.Service.TLS = new(tls.Config)
	// a user of one's own, since the simulator's default one may have any password
	model.Service.Listen = &url.URL{Host: "127.0.0.1:0", User: url.UserPassword("carrel", "vcsim-pass")}
	server := model.Service.NewServer()
	info := map[string]string{
		"url":      "https://" + server.URL.Host + server.URL.Path,
		"username": server.URL.User.Username(),
	}
	info["password"], _ = server.URL.User.Password()
	json.NewEncoder(os.Stdout).Encode(info)

	io.Copy(io.Discard, os.Stdin)
	go server.Close()
	time.Sleep(50 * time.Millisecond)
	model.Remove()
}
