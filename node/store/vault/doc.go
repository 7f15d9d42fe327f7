// Package vault keeps a database encrypted.
package vault
