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
)

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
