package demo

import "syscall"

// apart keeps a Ctrl-C that is meant for this process from its children.
func apart() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{CreationFlags: syscall.CREATE_NEW_PROCESS_GROUP}
}
