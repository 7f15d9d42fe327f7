package node

import "golang.org/x/sys/windows"

// removable are the letters of removable disks.
func removable() (places []string) {
	letters, err := windows.GetLogicalDrives()
	if err != nil {
		return nil
	}
	for i := range 26 {
		root := string(rune('A'+i)) + `:\`
		name, err := windows.UTF16PtrFromString(root)
		if letters&(1<<i) != 0 && err == nil && windows.GetDriveType(name) == windows.DRIVE_REMOVABLE {
			places = append(places, root)
		}
	}
	return places
}
