package webui

// Guide is the view of the style guide, for its gallery.
func Guide() any { return guide(1795270800000) }
