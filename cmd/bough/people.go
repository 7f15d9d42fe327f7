package main

import (
	"strings"

	"github.com/spf13/cobra"

	"bough/node"
	"bough/node/crm"
	"bough/node/office"
)

func (p *program) person() *cobra.Command {
	cmd := holder("person", "People who work at the bank", "People are head office's data: whoever is added here can sign in at the nodes of\ntheir branch as soon as these have heard of it, also when the line is cut later.", groupBank)
	cmd.AddCommand(p.addPerson())
	return cmd
}

func (p *program) addPerson() *cobra.Command {
	var dir, file string
	var who office.NewPerson
	cmd := &cobra.Command{
		Use: "add --dir D --name N --role R --branch B --password-file F", Short: "Add a person, their key certified and sealed under their password", Args: noArgs,
		Long: "Add a person at central. --name is what they sign in with. Roles:\n" + strings.Join(crm.Roles, ", ") + ".\n" +
			"An administrator belongs to head office: leave --branch out, or give 0.",
		Example: "  bough person add --dir /var/lib/bough --name jana --full-name 'Jana Dvořáková' --role teller --branch 1 --password-file jana.txt\n" +
			"  pass show bough/li | bough person add --dir /var/lib/bough --name li --role manager --branch 74 --password-file -",
	}
	dirFlag(cmd, &dir, "central")
	f := cmd.Flags()
	f.StringVar(&who.Login, "name", "", "name to sign in with")
	f.StringVar(&who.Name, "full-name", "", "name to be shown; empty: the same")
	f.StringVar(&who.Role, "role", "", strings.Join(crm.Roles, ", "))
	f.Int64Var(&who.Branch, "branch", 0, "number of the branch; 0: head office")
	f.StringVar(&file, "password-file", "", passwordHelp)
	f.BoolVar(&who.OneTime, "one-time", false, "the password is for the first sign-in only, at head office's pages")
	for _, name := range []string{"name", "role", "password-file"} {
		must(cmd.MarkFlagRequired(name))
	}
	cmd.RunE = doing(func(cmd *cobra.Command, _ []string) (err error) {
		if who.Password, err = p.password(file); err != nil {
			return err
		}
		return p.onCentral(cmd.Context(), dir, func(a *node.Admin) error {
			var id string
			if err := a.Do(cmd.Context(), "/person", who, &id); err != nil {
				return err
			}
			p.print("%s", id)
			p.say("Added %s, %s. Nodes of the branch hear of it as soon as they have the line.", who.Login, who.Role)
			return nil
		})
	})
	return cmd
}

func (p *program) branch() *cobra.Command {
	cmd := holder("branch", "Branches of the bank", "Branches usually come with the core-banking feed ('bough import').", groupBank)
	var dir string
	in := struct {
		Number int64
		Name   string
	}{}
	add := &cobra.Command{
		Use: "add --dir D --number N --name NAME", Short: "Add a branch, or give one another name", Args: noArgs,
		Example: "  bough branch add --dir /var/lib/bough --number 1 --name 'High Street'",
	}
	dirFlag(add, &dir, "central")
	add.Flags().Int64Var(&in.Number, "number", 0, "number of the branch, 1 and up")
	add.Flags().StringVar(&in.Name, "name", "", "its name")
	must(add.MarkFlagRequired("number"))
	must(add.MarkFlagRequired("name"))
	add.RunE = doing(func(cmd *cobra.Command, _ []string) error {
		return p.onCentral(cmd.Context(), dir, func(a *node.Admin) error {
			if err := a.Do(cmd.Context(), "/branch", in, &node.None{}); err != nil {
				return err
			}
			p.say("Branch %d is %s.", in.Number, in.Name)
			return nil
		})
	})
	cmd.AddCommand(add, p.branchLine())
	return cmd
}

func (p *program) code() *cobra.Command {
	var dir string
	in := struct{ Branch int64 }{}
	cmd := &cobra.Command{
		Use: "code --dir D --branch B", Short: "Make a one-time enrolment code for a workstation", GroupID: groupBank, Args: noArgs,
		Long: "Make an enrolment code: it lets one workstation join one branch, once, within 24\n" +
			"hours, and carries the fingerprint of central, so that the workstation knows\n" +
			"whom it talks to. The code is one word on standard output.",
		Example: "  CODE=$(bough code --dir /var/lib/bough --branch 1)",
	}
	dirFlag(cmd, &dir, "central")
	cmd.Flags().Int64Var(&in.Branch, "branch", 0, "number of the branch")
	must(cmd.MarkFlagRequired("branch"))
	cmd.RunE = doing(func(cmd *cobra.Command, _ []string) error {
		return p.onCentral(cmd.Context(), dir, func(a *node.Admin) error {
			var out node.TokenOut
			if err := a.Do(cmd.Context(), "/code", in, &out); err != nil {
				return err
			}
			p.print("%s", out.Token)
			p.say("For one workstation of branch %d, once, within 24 hours:\n  bough join --dir D --central https://HOST:PORT --code CODE", in.Branch)
			return nil
		})
	})
	return cmd
}

func (p *program) token() *cobra.Command {
	var dir, file string
	var in node.TokenIn
	cmd := &cobra.Command{
		Use: "token --dir D --user N --password-file F", Short: "Sign a person in for the JSON API", GroupID: groupCare, Args: noArgs,
		Long: "Sign a person in, as the sign-in page does, and print the bearer token of their\n" +
			"session: one word on standard output, good for at most 12 hours in that\n" +
			"directory's process. What is done with it is done in that person's name.",
		Example: "  TOKEN=$(bough token --dir ./desk --user jana --password-file jana.txt)\n" +
			"  curl -H \"Authorization: Bearer $TOKEN\" 'http://127.0.0.1:8470/api/v1/customers?q=li'",
	}
	dirFlag(cmd, &dir, "the node or central")
	cmd.Flags().StringVar(&in.Login, "user", "", "name to sign in with")
	cmd.Flags().StringVar(&file, "password-file", "", passwordHelp)
	must(cmd.MarkFlagRequired("user"))
	must(cmd.MarkFlagRequired("password-file"))
	cmd.RunE = doing(func(cmd *cobra.Command, _ []string) (err error) {
		if in.Password, err = p.password(file); err != nil {
			return err
		}
		return p.on(cmd.Context(), dir, func(a *node.Admin) error {
			var out node.TokenOut
			if err := a.Do(cmd.Context(), "/token", in, &out); err != nil {
				return err
			}
			p.print("%s", out.Token)
			p.say("A bearer token of %s, good for at most 12 hours.", in.Login)
			return nil
		})
	})
	return cmd
}
