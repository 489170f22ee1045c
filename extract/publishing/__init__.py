"""What readers see: versions of the published marts, and how one takes the place of another."""
