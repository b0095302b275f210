package main

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"strings"

	"github.com/vmware/govmomi/object"
	"github.com/vmware/govmomi/vapi/rest"
	"github.com/vmware/govmomi/vapi/tags"
	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/types"
)

var status = regexp.MustCompile(`\b([45]\d\d)\b`)
var kind = regexp.MustCompile(`std\.errors\.(\w+)`)

// refusal gives the status with which a REST call was refused, and the error's name where the library keeps it.
func refusal(err error) string {
	if err == nil {
		must(fmt.Errorf("this should have been refused"))
	}
	// the library's own errors have no status
	found := status.FindString(strings.Replace(err.Error(), os.Args[2], "", -1))
	if k := kind.FindStringSubmatch(err.Error()); k != nil {
		return found + " " + k[1]
	}
	return found
}

// tagging does what `session.login -r`, `tags.*` and `storage.policy.ls` do.
func (w *world) tagging(ctx context.Context) map[string]interface{} {
	c := rest.NewClient(w.client.Client)
	m := tags.NewManager(c)
	user := url.UserPassword(os.Getenv("TOUR_USER"), os.Getenv("TOUR_PASSWORD"))
	_, err := m.ListTags(ctx)
	stranger := refusal(err)
	wrongPassword := refusal(c.Login(ctx, url.UserPassword(user.Username(), "wrong")))
	must(c.Login(ctx, user))
	session, err := c.Session(ctx)
	must(err)

	room := tags.Category{Name: "room", Description: "where", Cardinality: "SINGLE", AssociableTypes: []string{"VirtualMachine"}}
	roomID, err := m.CreateCategory(ctx, &room)
	must(err)
	anyID, err := m.CreateCategory(ctx, &tags.Category{Name: "any", Cardinality: "MULTIPLE"})
	must(err)
	_, err = m.CreateCategory(ctx, &room)
	twice := refusal(err)
	_, err = m.CreateCategory(ctx, &tags.Category{Name: "few", Cardinality: "FEW"})
	few := refusal(err)
	tag := func(category, name string) string {
		id, err := m.CreateTag(ctx, &tags.Tag{Name: name, Description: "of " + category, CategoryID: category})
		must(err)
		return id
	}
	a1, a2, red := tag("room", "4.1"), tag("room", "4.2"), tag("any", "red")
	_, err = m.CreateTag(ctx, &tags.Tag{Name: "4.1", CategoryID: roomID})
	sameTag := refusal(err)
	_, err = m.CreateTag(ctx, &tags.Tag{Name: "x", CategoryID: "urn:vmomi:InventoryServiceCategory:none:GLOBAL"})
	noCategory := refusal(err)
	must(m.UpdateTag(ctx, &tags.Tag{ID: a2, Name: "4.3"}))
	got, err := m.GetTag(ctx, a2)
	must(err)
	must(m.UpdateCategory(ctx, &tags.Category{ID: roomID, Name: "hall", AssociableTypes: []string{"VirtualMachine", "Folder"}}))
	category, err := m.GetCategory(ctx, "hall")
	must(err)
	shrunk := refusal(m.UpdateCategory(ctx, &tags.Category{ID: roomID, AssociableTypes: []string{"Folder"}}))
	fewer := refusal(m.UpdateCategory(ctx, &tags.Category{ID: anyID, Cardinality: "SINGLE"}))

	info := waited(ctx, begun(w.master.Clone(ctx, w.folder, "go-tagged", w.spec())))
	vm := object.NewVirtualMachine(w.client.Client, info.Result.(types.ManagedObjectReference))
	other := w.clone.Reference()
	must(m.AttachTag(ctx, a1, vm))
	must(m.AttachTag(ctx, a1, vm))
	second := refusal(m.AttachTag(ctx, a2, vm))
	host, err := w.finder.HostSystemList(ctx, "*")
	must(err)
	wrongType := refusal(m.AttachTag(ctx, a1, host[0]))
	nothing := types.ManagedObjectReference{Type: "VirtualMachine", Value: "vm-none"}
	noObject := refusal(m.AttachTag(ctx, a1, nothing))
	noTag := refusal(m.AttachTag(ctx, "urn:vmomi:InventoryServiceTag:none:GLOBAL", vm))
	both := m.AttachMultipleTagsToObject(ctx, []string{red, "urn:vmomi:InventoryServiceTag:none:GLOBAL"}, vm)
	batch := len(both.(tags.BatchErrors))
	must(m.AttachTagToMultipleObjects(ctx, red, []mo.Reference{other, host[0]}))
	names := func(ref mo.Reference) []string {
		list, err := m.GetAttachedTags(ctx, ref)
		must(err)
		names := []string{}
		for _, t := range list {
			names = append(names, t.Name)
		}
		return names
	}
	count := func(id string) int {
		list, err := m.ListAttachedObjects(ctx, id)
		must(err)
		return len(list)
	}
	attached, reds := names(vm), count(red)
	onTags, err := m.GetAttachedObjectsOnTags(ctx, []string{"4.1", red})
	must(err)
	onObjects, err := m.GetAttachedTagsOnObjects(ctx, []mo.Reference{vm, other})
	must(err)
	many := fmt.Sprintf("%s %d, %s %d, %s %d", onTags[0].Tag.Name, len(onTags[0].ObjectIDs), onTags[1].Tag.Name, len(onTags[1].ObjectIDs),
		onObjects[1].ObjectID.Reference().Type, len(onObjects[0].Tags))
	must(m.DetachTag(ctx, red, host[0]))
	must(m.DetachTag(ctx, red, host[0]))
	must(m.DetachMultipleTagsFromObject(ctx, []string{red}, other))
	detached := count(red)
	waited(ctx, begun(vm.Destroy(ctx)))
	destroyed := count(red) + count(a1)
	inRoom, err := m.GetTagsForCategory(ctx, "hall")
	must(err)
	must(m.DeleteTag(ctx, &tags.Tag{ID: a1}))
	left, err := m.ListTagsForCategory(ctx, roomID)
	must(err)
	must(m.DeleteCategory(ctx, &tags.Category{ID: roomID}))
	_, err = m.GetTag(ctx, a2)
	withCategory := refusal(err)
	categories, err := m.ListCategories(ctx)
	must(err)

	var policies []struct{ Policy, Name, Description string }
	must(c.Do(ctx, c.Resource("/vcenter/storage/policies").Request(http.MethodGet), &policies))
	var plain []struct{ Policy string }
	filtered := c.Resource("/api/vcenter/storage/policies").WithParam("policies", policies[1].Policy)
	must(c.Do(ctx, filtered.Request(http.MethodGet), &plain))
	must(c.Logout(ctx))
	_, err = m.ListTags(ctx)
	return map[string]interface{}{"stranger": stranger, "wrongPassword": wrongPassword, "user": session.User == user.Username(), "twice": twice, "few": few,
		"sameTag": sameTag, "noCategory": noCategory, "tag": fmt.Sprintf("%s, %s, %t", got.Name, got.Description, got.CategoryID == roomID),
		"category": fmt.Sprintf("%s %s %s %v", category.Name, category.Description, category.Cardinality, category.AssociableTypes), "shrunk": shrunk, "fewer": fewer,
		"second": second, "wrongType": wrongType, "noObject": noObject, "noTag": noTag, "batch": batch, "attached": attached, "reds": reds, "many": many,
		"detached": detached, "destroyed": destroyed, "inRoom": len(inRoom), "left": len(left), "withCategory": withCategory, "categories": len(categories),
		"policies": fmt.Sprintf("%d, %s", len(policies), policies[1].Name), "filtered": len(plain) == 1 && plain[0].Policy == policies[1].Policy, "after": refusal(err)}
}
