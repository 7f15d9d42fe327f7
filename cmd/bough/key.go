package main

import (
	"crypto/rand"
	"path/filepath"

	"github.com/spf13/cobra"

	"bough/node"
)

const keyLong = `Everything in a directory is encrypted under its data key. That lies in data.key,
wrapped under a wrapping key: by default wrapping.key beside it, which guards
backups and copies of the file, not a stolen disk. --key-file, BOUGH_KEY_FILE or a
credential of systemd named bough.key (LoadCredentialEncrypted= binds it to the
machine's TPM) let it lie elsewhere. On Windows it is bound to the machine (DPAPI).

Keep a copy of both apart, in a safe place: without them nobody reads a backup.`

func (p *program) key() *cobra.Command {
	cmd := holder("key", "The key that all others hang on", keyLong, groupCare)
	cmd.AddCommand(p.newKey(), p.rotateKey())
	return cmd
}

func (p *program) newKey() *cobra.Command {
	var out string
	cmd := &cobra.Command{
		Use: "new --out FILE", Short: "Make a wrapping key", Args: noArgs,
		Long:    "Make a wrapping key, for a directory that is about to be made with --key-file or\nto rotate to. The file must not exist.",
		Example: "  bough key new --out /media/stick/bough.key",
	}
	cmd.Flags().StringVar(&out, "out", "", "file to write")
	must(cmd.MarkFlagRequired("out"))
	cmd.RunE = doing(func(*cobra.Command, []string) error {
		if err := node.NewKey(rand.Reader, out); err != nil {
			return err
		}
		p.say("Made. Keep a copy in a safe place: nothing that is encrypted under it opens without.")
		return nil
	})
	return cmd
}

func (p *program) rotateKey() *cobra.Command {
	var dir, to string
	cmd := &cobra.Command{
		Use: "rotate --dir D", Short: "New keys for a directory whose process is stopped", Args: noArgs,
		Long: "Make a new wrapping key, and rewrite the database under new keys of its own. The\n" +
			"data key stays, and with it earlier backups stay readable; the old wrapping key\n" +
			"opens this directory no more. --to moves the wrapping key elsewhere: name it by\n" +
			"--key-file from then on.",
		Example: "  bough key rotate --dir ./desk\n  bough key rotate --dir ./desk --to /media/stick/bough.key",
	}
	dirFlag(cmd, &dir, "the node or central, which is stopped")
	cmd.Flags().StringVar(&to, "to", "", "file for the new wrapping key, made if it does not exist; empty: where the old one lies")
	cmd.RunE = doing(func(*cobra.Command, []string) (err error) {
		o, err := p.options(dir)
		if err != nil {
			return err
		}
		if !node.IsCentral(o.Dir) && !node.IsNode(o.Dir) {
			return missing(dir, "central or node")
		}
		if to != "" {
			if to, err = filepath.Abs(to); err != nil {
				return err
			}
		}
		if err := node.Rotate(o, to); err != nil {
			return err
		}
		if to != "" {
			p.say("Rotated. Start it with --key-file %s from now on, and keep a copy of that file\nand of data.key in a safe place.", to)
			return nil
		}
		p.say("Rotated. Keep a copy of data.key and the wrapping key in a safe place.")
		return nil
	})
	return cmd
}
