package main

import (
	"net/url"
	"os"
	"strings"

	"github.com/spf13/cobra"
)

// proxyFlag adds --proxy.
func proxyFlag(cmd *cobra.Command, proxy *string) {
	cmd.Flags().StringVar(proxy, "proxy", "", "proxy on the way to central, http://host:port; empty: as HTTPS_PROXY says; 'none': none")
}

// proxyOf reads what --proxy says, or the environment.
func proxyOf(flag string) (*url.URL, error) {
	if flag == "" {
		flag = os.Getenv("HTTPS_PROXY")
	}
	if flag == "" || flag == "none" {
		return nil, nil
	}
	if !strings.Contains(flag, "://") {
		flag = "http://" + flag
	}
	u, err := url.Parse(flag)
	if err != nil || u.Scheme != "http" || u.Host == "" {
		return nil, usagef("--proxy is like http://proxy.bank:3128, not %.80q", flag)
	}
	return u, nil
}
